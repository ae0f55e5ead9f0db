package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.hearth.sdk.Json;
import dev.hearth.worker.echoed.AllTypes;
import dev.hearth.worker.echoed.AllTypes.Sample;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schema of a type says what Jackson reads and writes for it. */
class TypeSchemasTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    sealed interface Untold permits Told {}

    record Told(int x) implements Untold {}

    abstract static class Half {
        public int x;
    }

    static final class Closed {
        Closed(int x, int y) {}
    }

    record Wrapped(String name, Untold shape) {}

    record InList(List<Untold> shapes) {}

    record InMap(Map<String, List<Half>> halves) {}

    record Looped(@Nullable Looped next, Closed closed) {}

    @Test
    void whatTheSdkWritesFitsTheSchemaAndComesBackEqual() {
        List<String> faults = new ArrayList<>();
        StringBuilder table = new StringBuilder("type | values | schema | passes\n");
        for (Sample<?> sample : AllTypes.SAMPLES) {
            Map<String, Object> schema = TypeSchemas.of(sample.task().inputType());
            List<String> found = faults(sample, schema);
            faults.addAll(found);
            table.append(sample.task().name())
                    .append(" | ")
                    .append(sample.values().size())
                    .append(" | ")
                    .append(schema.isEmpty() ? "open" : "declared")
                    .append(" | ")
                    .append(found.isEmpty() ? "yes" : "NO")
                    .append('\n');
        }
        System.out.println(table);
        assertThat(faults).isEmpty();
        assertThat(AllTypes.SAMPLES).hasSizeGreaterThan(60);
    }

    private static List<String> faults(Sample<?> sample, Map<String, Object> schema) {
        List<String> faults = new ArrayList<>(ReadableTypes.faults(sample.task().inputType()));
        var compiled = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(JSON.<JsonNode>valueToTree(schema));
        for (Object value : sample.values()) {
            byte[] written = Json.write(value);
            compiled.validate(JSON.readTree(written))
                    .forEach(error -> faults.add(sample.task().name() + ": " + error));
            try {
                Object back = Json.read(written, sample.task().inputType());
                if (!new String(Json.write(back)).equals(new String(written))) {
                    faults.add(sample.task().name() + " came back as " + new String(Json.write(back)));
                }
                boolean knowsEquals = back instanceof Record || back instanceof Number == false;
                if (knowsEquals
                        && value.getClass().getMethod("equals", Object.class).getDeclaringClass() != Object.class
                        && !value.equals(back)) {
                    faults.add(sample.task().name() + ": " + back + " is not equal to " + value);
                }
            } catch (RuntimeException | ReflectiveOperationException e) {
                faults.add(sample.task().name() + ": " + e);
            }
        }
        return faults;
    }

    @Test
    void whatNobodyCanReadIsTold() {
        for (Class<?> type : List.of(
                Untold.class,
                Half.class,
                Closed.class,
                Wrapped.class,
                InList.class,
                InMap.class,
                Looped.class,
                Runnable.class,
                BitSet.class,
                LongAdder.class)) {
            assertThat(ReadableTypes.faults(type)).as(type.getName()).isNotEmpty();
        }
        assertThat(ReadableTypes.faults(InList.class).getFirst())
                .contains("InList.shapes[]", Untold.class.getName(), "@JsonTypeInfo");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"x\": 1}",
                "{\"x\": 1, \"y\": null}",
                "{\"x\": 1, \"y\": 2, \"z\": 3}",
                "{\"x\": \"one\", \"y\": 2}",
                "[]"
            })
    void aPlainRecordIsStrict(String json) {
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(JSON.<JsonNode>valueToTree(TypeSchemas.of(AllTypes.Point.class)))
                        .validate(JSON.readTree(json)))
                .isNotEmpty();
    }
}
