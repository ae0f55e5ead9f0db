package dev.hearth.worker;

import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import java.io.PrintStream;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says which environments and tasks a jar declares, as a line of JSON: {@code Describe app.jar}. Run in a process of its own,
 * because it runs the jar's code. Exit codes: 0 = described, 2 = the jar is at fault, and standard error says how.
 */
public final class Describe {
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final SchemaGenerator schemas;

    private Describe() {
        SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(
                        SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT)
                .with(Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
                .with(Option.EXTRA_OPEN_API_FORMAT_VALUES)
                .with(new JacksonSchemaModule());
        config.forTypesInGeneral().withCustomDefinitionProvider((type, context) -> free(type.getErasedType()));
        config.forTypesInGeneral().withCustomDefinitionProvider((type, context) -> constants(type.getErasedType()));
        // A primitive has no null to stand for "absent": what JSON leaves out would silently become 0. All else may be
        // null.
        config.forFields()
                .withRequiredCheck(field -> field.getType().getErasedType().isPrimitive())
                .withNullableCheck(field -> !field.getType().getErasedType().isPrimitive());
        this.schemas = new SchemaGenerator(config.build());
    }

    /** Types that stand for any JSON. Null for all others. */
    private static @Nullable CustomDefinition free(Class<?> type) {
        return type == Object.class || type == JsonNode.class
                ? new CustomDefinition(
                        JSON.createObjectNode(),
                        CustomDefinition.DefinitionType.INLINE,
                        CustomDefinition.AttributeInclusion.NO)
                : null;
    }

    /** An enum as JSON has it: annotations may rename its constants. Null if the type is no enum. */
    private static @Nullable CustomDefinition constants(Class<?> type) {
        Object[] constants = type.getEnumConstants();
        return constants == null ? null : new CustomDefinition(JSON.valueToTree(Map.of("enum", constants)), true);
    }

    public static void main(String[] args) {
        // What the jar's own code prints must not stand in the answer.
        PrintStream answer = System.out;
        CommonPoolThreads.install();
        System.setOut(System.err);
        try {
            answer.println(JSON.writeValueAsString(describe(Path.of(args[0]))));
            answer.flush();
            System.exit(0);
        } catch (RuntimeException e) {
            System.err.println(e.getMessage() == null ? e.toString() : e.getMessage());
            System.exit(2);
        }
    }

    static List<DeclaredEnvironment> describe(Path jar) {
        BundleClassLoader loader = new BundleClassLoader(jar, Describe.class.getClassLoader());
        CommonPoolThreads.serve(loader);
        List<Environment> environments = DeclaredEnvironments.load(jar, loader);
        if (environments.isEmpty()) {
            throw new IllegalStateException(
                    "the jar declares no environment: no class has a static field of type dev.hearth.sdk.Environment");
        }
        Describe describe = new Describe();
        // Looking at the types of inputs and outputs may initialise them.
        return loader.within(() -> environments.stream().map(describe::of).toList());
    }

    private DeclaredEnvironment of(Environment environment) {
        return new DeclaredEnvironment(
                environment.name(),
                environment.spec(),
                environment.tasks().values().stream()
                        .map(this::of)
                        .sorted((one, other) -> one.name().compareTo(other.name()))
                        .toList());
    }

    private DeclaredTask of(Task<?, ?> task) {
        return new DeclaredTask(task.name(), schema(task.inputType()), schema(task.outputType()), task.terms());
    }

    private @Nullable Map<String, Object> schema(Type type) {
        if (type == Void.class) {
            // Callers over HTTP leave the input out, or send null or {}.
            return Map.of("type", List.of("null", "object"), "maxProperties", 0);
        }
        return JSON.readValue(schemas.generateSchema(type).toString(), OBJECT);
    }
}
