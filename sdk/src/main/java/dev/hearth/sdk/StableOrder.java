package dev.hearth.sdk;

import java.io.StringWriter;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.WritableTypeId;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.jdk.MapSerializer;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Writes sets and maps that have no order of their own in the order of what is written, because Java's order changes from process
 * to process. What has an order (lists, {@code LinkedHashSet}, {@code LinkedHashMap}, sorted ones, those of enums) keeps it.
 */
final class StableOrder extends ValueSerializerModifier {
    private static final long serialVersionUID = 1L;

    /** Their natural order is that of no process, and saves looking at what they are written as. */
    private static final Set<Class<?>> PLAIN = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Short.class,
            Byte.class,
            Character.class,
            Boolean.class,
            UUID.class);

    /** What these answer as {@code values()} is in the order of hashes, without being a set. */
    private static final Set<Class<?>> HASHED =
            Set.of(HashMap.class, ConcurrentHashMap.class, IdentityHashMap.class, WeakHashMap.class, AbstractMap.class);

    static SimpleModule module() {
        return new SimpleModule("stable order").setSerializerModifier(new StableOrder());
    }

    @Override
    public ValueSerializer<?> modifyCollectionSerializer(
            SerializationConfig config,
            CollectionType type,
            BeanDescription.Supplier bean,
            ValueSerializer<?> written) {
        return new OfCollections(written);
    }

    @Override
    public ValueSerializer<?> modifyMapSerializer(
            SerializationConfig config, MapType type, BeanDescription.Supplier bean, ValueSerializer<?> written) {
        return new OfMaps(written);
    }

    private static boolean arePlain(Collection<?> values) {
        Class<?> common = null;
        for (Object value : values) {
            Class<?> type = value instanceof Enum<?> constant
                    ? constant.getDeclaringClass()
                    : value == null ? Void.class : value.getClass();
            if (common != null && common != type) {
                return false;
            }
            common = type;
        }
        return common != null && (common.isEnum() || PLAIN.contains(common));
    }

    /** A serializer for values of one kind, and what to do about those of them that have no order. */
    private abstract static sealed class Ordering<T> extends ValueSerializer<T> {
        final ValueSerializer<Object> written;

        @SuppressWarnings("unchecked")
        Ordering(ValueSerializer<?> written) {
            this.written = (ValueSerializer<Object>) written;
        }

        abstract Ordering<T> with(ValueSerializer<?> changed);

        abstract boolean isLeftToJackson(T value);

        /** How the value begins in JSON. */
        abstract JsonToken start();

        abstract List<Object> parts(T value);

        @Override
        public void serialize(T value, JsonGenerator json, SerializationContext context) {
            if (isLeftToJackson(value)) {
                written.serialize(value, json, context);
                return;
            }
            if (start() == JsonToken.START_ARRAY) {
                json.writeStartArray(value);
                writeParts(value, json, context);
                json.writeEndArray();
            } else {
                json.writeStartObject(value);
                writeParts(value, json, context);
                json.writeEndObject();
            }
        }

        @Override
        public void serializeWithType(T value, JsonGenerator json, SerializationContext context, TypeSerializer types) {
            if (isLeftToJackson(value)) {
                written.serializeWithType(value, json, context, types);
                return;
            }
            WritableTypeId id = types.writeTypePrefix(json, context, types.typeId(value, start()));
            writeParts(value, json, context);
            types.writeTypeSuffix(json, context, id);
        }

        /** Each part is written once, apart, and put where its text belongs: writing it again would double with each set in a set. */
        void writeParts(T value, JsonGenerator json, SerializationContext context) {
            record Part(String text, TokenBuffer tokens) {}
            List<Part> parts = new ArrayList<>();
            for (Object part : parts(value)) {
                TokenBuffer tokens = new TokenBuffer(context, false);
                written.serialize(part, tokens, context);
                StringWriter text = new StringWriter();
                try (JsonGenerator copy = context.tokenStreamFactory().createGenerator(context, text)) {
                    tokens.serialize(copy);
                }
                parts.add(new Part(text.toString(), tokens));
            }
            parts.sort((one, other) -> one.text().compareTo(other.text()));
            parts.forEach(part -> copyWithoutBrackets(part.tokens(), json));
        }

        private static void copyWithoutBrackets(TokenBuffer tokens, JsonGenerator json) {
            try (JsonParser part = tokens.asParser()) {
                part.nextToken();
                while (!part.nextToken().isStructEnd()) {
                    json.copyCurrentStructure(part);
                }
            }
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            return with(written.createContextual(context, property));
        }

        @Override
        public void resolve(SerializationContext context) {
            written.resolve(context);
        }

        @Override
        public ValueSerializer<?> withFilterId(Object filter) {
            return with(written.withFilterId(filter));
        }

        @Override
        public ValueSerializer<?> withIgnoredProperties(Set<String> ignored) {
            return with(written.withIgnoredProperties(ignored));
        }

        @Override
        public boolean isEmpty(SerializationContext context, T value) {
            return written.isEmpty(context, value);
        }

        @Override
        public Class<?> handledType() {
            return written.handledType();
        }

        @Override
        public ValueSerializer<?> getDelegatee() {
            return written;
        }

        @Override
        public void acceptJsonFormatVisitor(JsonFormatVisitorWrapper visitor, JavaType type) {
            written.acceptJsonFormatVisitor(visitor, type);
        }
    }

    private static final class OfCollections extends Ordering<Collection<?>> {
        OfCollections(ValueSerializer<?> written) {
            super(written);
        }

        @Override
        Ordering<Collection<?>> with(ValueSerializer<?> changed) {
            return new OfCollections(changed);
        }

        @Override
        boolean isLeftToJackson(Collection<?> values) {
            return values.size() < 2 || !isUnordered(values);
        }

        private static boolean isUnordered(Collection<?> values) {
            return switch (values) {
                case SequencedCollection<?> ordered -> false;
                case EnumSet<?> ordered -> false;
                case CopyOnWriteArraySet<?> ordered -> false;
                case Set<?> unordered -> true;
                default -> {
                    Class<?> map = values.getClass().getEnclosingClass();
                    yield map != null && HASHED.contains(map);
                }
            };
        }

        @Override
        JsonToken start() {
            return JsonToken.START_ARRAY;
        }

        @Override
        List<Object> parts(Collection<?> values) {
            return values.stream().<Object>map(Collections::singletonList).toList();
        }

        @Override
        public void serialize(Collection<?> values, JsonGenerator json, SerializationContext context) {
            if (!isLeftToJackson(values) && arePlain(values)) {
                written.serialize(values.stream().sorted().toList(), json, context);
            } else {
                super.serialize(values, json, context);
            }
        }
    }

    private static final class OfMaps extends Ordering<Map<?, ?>> {
        /** Null where a type has a serializer of its own, which is left alone. */
        private final @Nullable MapSerializer entries;

        OfMaps(ValueSerializer<?> written) {
            super(written);
            this.entries = written instanceof MapSerializer jacksons ? jacksons : null;
        }

        @Override
        Ordering<Map<?, ?>> with(ValueSerializer<?> changed) {
            return new OfMaps(changed);
        }

        /** Jackson sorts maps by their keys, if these can be compared. */
        @Override
        boolean isLeftToJackson(Map<?, ?> map) {
            return map.size() < 2 || entries == null || (!(map instanceof SequencedMap) && arePlain(map.keySet()));
        }

        @Override
        JsonToken start() {
            return JsonToken.START_OBJECT;
        }

        @Override
        List<Object> parts(Map<?, ?> map) {
            return map.entrySet().stream()
                    .<Object>map(entry -> Collections.singletonMap(entry.getKey(), entry.getValue()))
                    .toList();
        }

        @Override
        void writeParts(Map<?, ?> map, JsonGenerator json, SerializationContext context) {
            if (map instanceof SequencedMap && entries != null) {
                parts(map).forEach(part -> entries.serializeWithoutTypeInfo((Map<?, ?>) part, json, context));
            } else {
                super.writeParts(map, json, context);
            }
        }
    }
}
