package dev.hearth.controlplane.environment;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.hearth.api.ExactJson;
import dev.hearth.api.RawJson;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.Texts;
import dev.hearth.model.Violation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The schema of a task's input, compiled once. Thread-safe. */
final class DeclaredSchema {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private static final ObjectReader TREE = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build()
            .readerFor(JsonNode.class);

    /** Null: anything fits. */
    private final @Nullable Schema schema;

    private DeclaredSchema(@Nullable Schema schema) {
        this.schema = schema;
    }

    static DeclaredSchema of(@Nullable Map<String, Object> declared, JsonMapper json) {
        return new DeclaredSchema(
                declared == null || declared.isEmpty() ? null : REGISTRY.getSchema(json.valueToTree(declared)));
    }

    /** Throws a 400 problem that names each faulty field from {@code field}, that of the input, down. */
    void check(RawJson input, String field) {
        if (!Texts.isUnicode(input.text())) {
            throw ProblemException.invalid(
                    new Violation(field, null, "must not hold half of a surrogate pair (an escape such as \\ud800)"));
        }
        List<Error> errors = schema == null ? List.of() : schema.validate(tree(input, field));
        if (!errors.isEmpty()) {
            throw ProblemException.invalid(
                    errors.stream().map(error -> violation(error, field)).toList());
        }
    }

    private static JsonNode tree(RawJson input, String field) {
        try {
            return ExactJson.read(TREE, input.text());
        } catch (JacksonException e) {
            throw ProblemException.invalid(new Violation(field, null, "cannot be read: " + ExactJson.words(e)));
        }
    }

    private static Violation violation(Error error, String field) {
        String path = field;
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            Object step = error.getInstanceLocation().getElement(i);
            path += step instanceof Integer index ? "[" + index + "]" : "." + step;
        }
        if (error.getProperty() != null) {
            path += "." + error.getProperty();
        }
        return new Violation(path, error.getInstanceNode(), error.getMessage());
    }
}
