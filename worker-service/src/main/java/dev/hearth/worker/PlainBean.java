package dev.hearth.worker;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import java.lang.annotation.Annotation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializer;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.BeanSerializer;
import tools.jackson.databind.ser.UnrolledBeanSerializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;

/**
 * A class that Jackson reads and writes as an object of named properties and nothing else.
 *
 * @param takesOthers whether fields of other names are read over
 */
record PlainBean(Map<String, Property> properties, boolean takesOthers) {
    /** @param type null = any JSON */
    record Property(@Nullable JavaType type, boolean isRequired) {
        static final Property OPEN = new Property(null, false);
    }

    private static final Set<Class<? extends Annotation>> UNDERSTOOD = Set.of(
            JsonProperty.class,
            JsonPropertyOrder.class,
            JsonPropertyDescription.class,
            JsonClassDescription.class,
            JsonAutoDetect.class,
            JsonCreator.class,
            JsonGetter.class,
            JsonSetter.class,
            JsonIgnore.class,
            JsonInclude.class,
            JsonAlias.class,
            JsonNaming.class);

    /** Shape the object as a whole wherever they stand. */
    private static final Set<String> SHAPING =
            Set.of("JsonAnyGetter", "JsonAnySetter", "JsonValue", "JsonUnwrapped", "JsonTypeId");

    /** Empty if Jackson does something of its own with the type. */
    static Optional<PlainBean> of(JavaType type, DeserializationContext reading, SerializationContext writing) {
        AnnotatedClass annotations = reading.introspectClassAnnotations(type);
        boolean isPlain = isUnderstood(
                        annotations.annotations().filter(each -> each.annotationType() != JsonIgnoreProperties.class))
                && Stream.concat(stream(annotations.memberMethods()), stream(annotations.fields()))
                        .flatMap(Annotated::annotations)
                        .noneMatch(
                                each -> SHAPING.contains(each.annotationType().getSimpleName()));
        return isPlain
                        && reading.findContextualValueDeserializer(type, null) instanceof BeanDeserializer reader
                        && reader.getClass() == BeanDeserializer.class
                        && writing.findValueSerializer(type) instanceof BeanSerializerBase writer
                        && (writer.getClass() == BeanSerializer.class
                                || writer.getClass() == UnrolledBeanSerializer.class)
                ? of(new Reader(reader), writer, reading)
                : Optional.empty();
    }

    private static Optional<PlainBean> of(Reader reader, BeanSerializerBase writer, DeserializationContext reading) {
        if (!reader.isPlain()) {
            return Optional.empty();
        }
        Map<String, Property> properties = new LinkedHashMap<>();
        Map<String, SettableBeanProperty> read = new LinkedHashMap<>();
        reader.creatorProperties().forEachRemaining(each -> read.put(each.getName(), each));
        Set<String> created = Set.copyOf(read.keySet());
        reader.properties().forEachRemaining(each -> read.put(each.getName(), each));
        read.forEach((name, each) -> {
            boolean hasAlias = false;
            for (PropertyName alias : each.findAliases(reading.getConfig())) {
                properties.put(alias.getSimpleName(), Property.OPEN);
                hasAlias = true;
            }
            boolean needed = each.getType().isPrimitive() || each.isRequired();
            properties.put(
                    name,
                    isUnderstood(each.getMember().annotations())
                            ? new Property(
                                    each.getType(),
                                    needed && created.contains(name) && !hasAlias && !isLeftOut(each.getMember()))
                            : Property.OPEN);
        });
        writer.properties()
                .forEachRemaining(each -> properties.compute(each.getName(), (name, known) -> {
                    // What is only written is read over by the SDK.
                    boolean isAlike = known != null
                            && each.getClass() == BeanPropertyWriter.class
                            && each.getType().equals(known.type())
                            && isUnderstood(each.getMember().annotations());
                    return !isAlike
                            ? Property.OPEN
                            : isLeftOut(each.getMember()) ? new Property(known.type(), false) : known;
                }));
        reader.ignored().forEach(name -> properties.putIfAbsent(name, Property.OPEN));
        return Optional.of(new PlainBean(properties, reader.takesOthers()));
    }

    /** Whether a value may be left out when it is written. */
    private static boolean isLeftOut(Annotated member) {
        return member.hasAnnotation(JsonInclude.class);
    }

    /** No annotation of Jackson among these changes what a value looks like. */
    static boolean isUnderstood(Stream<Annotation> annotations) {
        return annotations
                .map(Annotation::annotationType)
                .filter(type -> type.getName().contains(".jackson."))
                .allMatch(UNDERSTOOD::contains);
    }

    private static <T> Stream<T> stream(Iterable<? extends T> all) {
        return StreamSupport.<T>stream(((Iterable<T>) all).spliterator(), false);
    }

    /** Looks into a deserializer. */
    private static final class Reader extends BeanDeserializer {
        Reader(BeanDeserializer reader) {
            super(reader);
        }

        boolean isPlain() {
            ValueInstantiator makes = getValueInstantiator();
            return _anySetter == null
                    && _unwrappedPropertyHandler == null
                    && _externalTypeIdHandler == null
                    && _objectIdReader == null
                    && _injectables == null
                    && _includableProps == null
                    && !isCaseInsensitive()
                    && !makes.canCreateUsingDelegate()
                    && !makes.canCreateUsingArrayDelegate()
                    && !makes.canCreateFromString()
                    && !makes.canCreateFromInt()
                    && !makes.canCreateFromLong()
                    && !makes.canCreateFromDouble()
                    && !makes.canCreateFromBoolean();
        }

        Set<String> ignored() {
            return _ignorableProps == null ? Set.of() : _ignorableProps;
        }

        boolean takesOthers() {
            return _ignoreAllUnknown;
        }
    }
}
