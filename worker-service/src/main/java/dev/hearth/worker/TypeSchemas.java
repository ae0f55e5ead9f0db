package dev.hearth.worker;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import dev.hearth.sdk.Json;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON schemas of types: what Jackson itself reads and writes for them. Nothing is guessed: the properties of a class are those of
 * its serializer and deserializer, and where an annotation or a type says more than is understood here, the schema is left open.
 */
final class TypeSchemas {
    private static final Map<String, Object> OPEN = Map.of();

    /** Written as JSON of one kind, and read from it. */
    private static final Map<Class<?>, String> PLAIN = plain();

    /** What is no number of JSON is written as a text. */
    private static final Map<String, Object> FLOATING =
            Map.of("type", List.of("number", "string"), "pattern", "^(NaN|-?Infinity)$");

    private final JsonMapper mapper = Json.mapper();
    private final DeserializationContext reading = mapper._deserializationContext();
    private final SerializationContext writing = mapper._serializationContext();
    private final Map<JavaType, String> names = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> definitions = new LinkedHashMap<>();
    private final Set<String> again = new HashSet<>();

    private TypeSchemas() {}

    /** Must be a type that {@link ReadableTypes} finds no fault with. */
    static Map<String, Object> of(Class<?> type) {
        TypeSchemas schemas = new TypeSchemas();
        JavaType root = schemas.mapper.constructType(type);
        Map<String, Object> schema = new LinkedHashMap<>(schemas.schema(root));
        String name = schemas.names.get(root);
        if (name != null) {
            // The root stands where it is looked for, and among the definitions only if it holds itself.
            schema = new LinkedHashMap<>(schemas.definitions.get(name));
            if (!schemas.again.contains(name)) {
                schemas.definitions.remove(name);
            }
        }
        if (!schemas.definitions.isEmpty()) {
            schema.put("$defs", schemas.definitions);
        }
        return schema;
    }

    private Map<String, Object> schema(JavaType type) {
        Class<?> raw = type.getRawClass();
        if (PLAIN.containsKey(raw)) {
            return Map.of("type", PLAIN.get(raw));
        }
        if (raw == double.class || raw == Double.class || raw == float.class || raw == Float.class) {
            return FLOATING;
        }
        if (raw == OptionalInt.class || raw == OptionalLong.class) {
            return orNull(Map.of("type", "integer"));
        }
        if (raw == OptionalDouble.class) {
            return orNull(FLOATING);
        }
        if (raw.isEnum()) {
            return constants(raw);
        }
        if (reading.findTypeDeserializer(type) != null) {
            return OPEN;
        }
        if (type.isReferenceType() && raw == Optional.class) {
            return orNull(schema(type.getReferencedType()));
        }
        if (type.isArrayType() || (type.isCollectionLikeType() && isOfTheJdk(raw))) {
            return Map.of("type", "array", "items", nullable(type.getContentType()));
        }
        if (type.isMapLikeType() && isOfTheJdk(raw)) {
            return Map.of("type", "object", "additionalProperties", nullable(type.getContentType()));
        }
        return isOfTheJdk(raw) || raw.isInterface() ? OPEN : bean(type);
    }

    private Map<String, Object> nullable(JavaType type) {
        return type.isPrimitive() ? schema(type) : orNull(schema(type));
    }

    private static Map<String, Object> orNull(Map<String, Object> schema) {
        if (schema.isEmpty()) {
            return OPEN;
        }
        Map<String, Object> wider = new LinkedHashMap<>(schema);
        switch (schema.get("type")) {
            case String one -> wider.put("type", List.of(one, "null"));
            case List<?> several ->
                wider.put(
                        "type",
                        Stream.concat(several.stream(), Stream.of("null"))
                                .distinct()
                                .toList());
            case null, default -> {
                if (schema.get("enum") instanceof List<?> constants) {
                    List<@Nullable Object> withNull = new ArrayList<>(constants);
                    withNull.add(null);
                    wider.put("enum", withNull);
                } else {
                    return Map.of("anyOf", List.of(schema, Map.of("type", "null")));
                }
            }
        }
        return wider;
    }

    /** As they are written, if each is read again from that. */
    private Map<String, Object> constants(Class<?> type) {
        List<Object> written = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            JsonNode json = mapper.valueToTree(constant);
            if (!json.isValueNode() || !constant.equals(mapper.treeToValue(json, type))) {
                return OPEN;
            }
            written.add(json);
        }
        return PlainBean.isUnderstood(Arrays.stream(type.getAnnotations()))
                        && Stream.of(type.getDeclaredFields(), type.getDeclaredMethods())
                                .flatMap(Arrays::stream)
                                .noneMatch(member -> member.isAnnotationPresent(JsonAlias.class)
                                        || member.isAnnotationPresent(JsonCreator.class))
                ? Map.of("enum", written)
                : OPEN;
    }

    private Map<String, Object> bean(JavaType type) {
        Optional<PlainBean> plain = PlainBean.of(type, reading, writing);
        if (plain.isEmpty()) {
            return OPEN;
        }
        String known = names.get(type);
        if (known == null) {
            known = type.getRawClass().getSimpleName() + (names.isEmpty() ? "" : "-" + names.size());
            names.put(type, known);
            definitions.put(known, object(plain.get()));
        } else {
            again.add(known);
        }
        return Map.of("$ref", "#/$defs/" + known);
    }

    private Map<String, Object> object(PlainBean bean) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        bean.properties().forEach((name, property) -> {
            properties.put(name, property.type() == null ? OPEN : nullable(property.type()));
            if (property.isRequired()) {
                required.add(name);
            }
        });
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", "object");
        object.put("properties", properties);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        if (!bean.takesOthers()) {
            object.put("additionalProperties", false);
        }
        return object;
    }

    static boolean isOfTheJdk(Class<?> type) {
        return type.isPrimitive()
                || type.getClassLoader() == null
                || type.getClassLoader() == ClassLoader.getPlatformClassLoader();
    }

    private static Map<Class<?>, String> plain() {
        Map<Class<?>, String> plain = new HashMap<>();
        List.of(boolean.class, Boolean.class, AtomicBoolean.class).forEach(type -> plain.put(type, "boolean"));
        List.of(byte.class, Byte.class, short.class, Short.class, int.class, Integer.class, long.class, Long.class)
                .forEach(type -> plain.put(type, "integer"));
        List.of(BigInteger.class, AtomicInteger.class, AtomicLong.class, Year.class)
                .forEach(type -> plain.put(type, "integer"));
        plain.put(BigDecimal.class, "number");
        List.of(String.class, char.class, Character.class, char[].class, byte[].class, UUID.class, URI.class, URL.class)
                .forEach(type -> plain.put(type, "string"));
        List.of(Path.class, File.class, Locale.class, Currency.class, Charset.class, TimeZone.class, Pattern.class)
                .forEach(type -> plain.put(type, "string"));
        List.of(Instant.class, LocalDate.class, LocalTime.class, LocalDateTime.class, OffsetDateTime.class)
                .forEach(type -> plain.put(type, "string"));
        List.of(ZonedDateTime.class, OffsetTime.class, Duration.class, Period.class, YearMonth.class, MonthDay.class)
                .forEach(type -> plain.put(type, "string"));
        List.of(ZoneId.class, ZoneOffset.class).forEach(type -> plain.put(type, "string"));
        return plain;
    }
}
