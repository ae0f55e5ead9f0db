package dev.hearth.sdk;

import dev.hearth.api.ExactJson;
import dev.hearth.api.RawJson;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.deser.DeserializationProblemHandler;
import tools.jackson.databind.json.JsonMapper;

/**
 * How values travel. Unknown fields are refused: a misspelt one is a fault, not a default. The keys of maps are sorted,
 * because the same input must give the same bytes in every process: children are found again by a hash of them.
 */
public final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .addModule(StableOrder.module())
            .addHandler(new OwnProperties())
            .build();

    /** For answers of the server, which may learn new fields, or be older than some. */
    static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** What a type of the user's writes of itself, such as a getter that only computes, it is given back without a fault. */
    private static final class OwnProperties extends DeserializationProblemHandler {
        private static final ClassValue<Set<String>> WRITTEN = new ClassValue<>() {
            @Override
            protected Set<String> computeValue(Class<?> type) {
                Set<String> names = new HashSet<>();
                MAPPER._serializationContext()
                        .findValueSerializer(type)
                        .properties()
                        .forEachRemaining(property -> names.add(property.getName()));
                return names;
            }
        };

        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context,
                JsonParser parser,
                ValueDeserializer<?> reader,
                Object beanOrClass,
                String name) {
            Class<?> type = beanOrClass instanceof Class<?> itself ? itself : beanOrClass.getClass();
            boolean isOwn = type.getClassLoader() != null && WRITTEN.get(type).contains(name);
            if (isOwn) {
                parser.skipChildren();
            }
            return isOwn;
        }
    }

    private Json() {}

    /** What reads and writes values. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    public static byte[] write(@Nullable Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    public static <T> T read(byte[] json, Class<T> type) {
        return read(ExactJson.text(json), type);
    }

    static <T> T read(@Nullable RawJson json, Type type) {
        return read(json == null ? "null" : json.text(), type);
    }

    private static <T> T read(String json, Type type) {
        return ExactJson.read(MAPPER.readerFor(MAPPER.constructType(type)), json);
    }
}
