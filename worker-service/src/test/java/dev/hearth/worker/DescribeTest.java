package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.sdk.Json;
import dev.hearth.worker.declared.Broken;
import dev.hearth.worker.declared.MoreShapes;
import dev.hearth.worker.declared.Shapes;
import dev.hearth.worker.declared.Shapes.Colour;
import dev.hearth.worker.declared.Shapes.Drawing;
import dev.hearth.worker.declared.SpringShapes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class DescribeTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    @Test
    void tasksAreFoundWhereverTheyAreDeclared() throws Exception {
        List<DeclaredEnvironment> found = Describe.describe(jar(
                Shapes.class,
                Shapes.Point.class,
                Drawing.class,
                Colour.class,
                Shapes.Loose.class,
                MoreShapes.class,
                SpringShapes.class));

        assertThat(found).extracting(DeclaredEnvironment::name).containsExactlyInAnyOrder("shapes", "spring-shapes");
        assertThat(tasks(found, "shapes")).containsExactly("count", "elsewhere", "loose", "nothing", "size");
        assertThat(tasks(found, "spring-shapes")).containsExactly("now");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'scale': 1.5}",
                "{'the_name': null, 'colour': null, 'points': null, 'scale': 0}",
                "{'the_name': 'x', 'colour': 'dark-red', 'points': [{'x': 1, 'y': 2}], 'scale': 2}"
            })
    void theSchemaTakesWhatTheTaskCanRead(String input) throws Exception {
        String json = input.replace('\'', '"');
        assertThat(Json.read(json.getBytes(StandardCharsets.UTF_8), Drawing.class))
                .isNotNull();
        assertThat(schema("count").validate(JSON.readTree(json))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "{'scale': null}",
                "{'scale': 1, 'name': 'x'}",
                "{'scale': 1, 'colour': 'RED'}",
                "{'scale': 1, 'points': [{'x': 1}]}"
            })
    void theSchemaRefusesWhatTheTaskCannotRead(String input) throws Exception {
        assertThat(schema("count").validate(JSON.readTree(input.replace('\'', '"'))))
                .isNotEmpty();
    }

    @Test
    void whatTheSdkWritesFitsTheSchema() throws Exception {
        byte[] written = Json.write(new Drawing(null, Colour.RED, null, 1));
        assertThat(schema("count").validate(JSON.readTree(written))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'sizes': {'a': 1}, 'anything': [1, 'x', {}], 'tree': {'deep': [true]}}",
                "{'anything': 'text', 'tree': 1}",
                "{'anything': {'deep': 1}}"
            })
    void mapsAndFreeFormFieldsStayOpen(String input) throws Exception {
        assertThat(schema("loose").validate(JSON.readTree(input.replace('\'', '"'))))
                .isEmpty();
    }

    @Test
    void aMapKnowsTheTypeOfItsValues() throws Exception {
        assertThat(schema("loose").validate(JSON.readTree("{\"sizes\": {\"a\": \"big\"}}")))
                .isNotEmpty();
        assertThat(schema("size").validate(JSON.readTree("{\"a\": 1, \"b\": \"x\"}")))
                .isEmpty();
    }

    @Test
    void aTaskWithoutInputTakesNullOrNothingInBraces() throws Exception {
        assertThat(schema("nothing").validate(JSON.readTree("null"))).isEmpty();
        assertThat(schema("nothing").validate(JSON.readTree("{}"))).isEmpty();
        assertThat(schema("nothing").validate(JSON.readTree("{\"x\":1}"))).isNotEmpty();
        assertThat(Json.read("{}".getBytes(StandardCharsets.UTF_8), Void.class)).isNull();
    }

    @Test
    void aClassThatCannotBeLoadedIsNamedWithItsCause() throws Exception {
        Path jar = jar(Broken.class);
        assertThatIllegalStateException()
                .isThrownBy(() -> Describe.describe(jar))
                .withMessageContaining("dev.hearth.worker.declared.Broken")
                .withMessageContaining("cpu: must be cores");
    }

    @Test
    void aJarWithoutEnvironmentsIsRefused() throws Exception {
        Path jar = jar(Shapes.Point.class);
        assertThatIllegalStateException()
                .isThrownBy(() -> Describe.describe(jar))
                .withMessageContaining("declares no environment");
    }

    @Test
    void anExecutableJarOfSpringBootIsToldPlainly() throws Exception {
        Path jar = new CompiledJar(folder)
                .file("BOOT-INF/classes/", "")
                .classesIn("BOOT-INF/classes/", DECLARING.formatted(""))
                .file("BOOT-INF/lib/", "")
                .at("boot.jar");
        assertThatIllegalStateException()
                .isThrownBy(() -> Describe.describe(jar))
                .withMessageContaining("jars within the jar, which are not read");
    }

    @Test
    void aClassThatLiesInAnotherJarIsToldWithWhereItWasHopedFor() throws Exception {
        Path jar = new CompiledJar(folder)
                .classes(
                        DECLARING.formatted("static final Elsewhere NEEDED = new Elsewhere();"),
                        "package world; class Elsewhere {}")
                .without("world/Elsewhere.class")
                .manifest("Class-Path", "lib/elsewhere.jar")
                .at("thin.jar");
        assertThatIllegalStateException()
                .isThrownBy(() -> Describe.describe(jar))
                .withMessageContaining("Elsewhere")
                .withMessageContaining("Class-Path names lib/elsewhere.jar: only the jar itself is deployed");
    }

    @Test
    void ofAJarForSeveralReleasesOfJavaTheClassesOfThisOneAreRead() throws Exception {
        Path jar = new CompiledJar(folder)
                .classes("package world; class Declaring {}")
                .classesIn("META-INF/versions/21/", DECLARING.formatted(""))
                .file("module-info.class", new byte[] {1})
                .manifest("Multi-Release", "true")
                .at("releases.jar");
        assertThat(Describe.describe(jar)).extracting(DeclaredEnvironment::name).containsExactly("declared");
    }

    @Test
    void aJarWhoseSignatureDoesNotFitIsToldPlainly() throws Exception {
        Path jar = new CompiledJar(folder)
                .classes(DECLARING.formatted(""))
                .file("META-INF/OLD.SF", "Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: AAAA\r\n\r\n")
                .file("META-INF/OLD.RSA", new byte[] {1, 2, 3})
                .at("signed.jar");
        try {
            assertThat(Describe.describe(jar)).hasSize(1);
        } catch (IllegalStateException told) {
            assertThat(told).hasMessageContaining("META-INF/*.SF");
        }
    }

    private static final String DECLARING = """
            package world;

            class Declaring {
                static final dev.hearth.sdk.Environment ENV = dev.hearth.sdk.Environment.named("declared");
                %s
            }
            """;

    private Schema schema(String task) throws IOException {
        DeclaredTask declared = Describe.describe(
                        jar(Shapes.class, Shapes.Point.class, Drawing.class, Colour.class, Shapes.Loose.class))
                .getFirst()
                .tasks()
                .stream()
                .filter(each -> each.name().equals(task))
                .findFirst()
                .orElseThrow();
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(JSON.valueToTree(declared.inputSchema()));
    }

    private static List<String> tasks(List<DeclaredEnvironment> found, String environment) {
        return found.stream()
                .filter(each -> each.name().equals(environment))
                .flatMap(each -> each.tasks().stream())
                .map(DeclaredTask::name)
                .toList();
    }

    private Path jar(Class<?>... types) throws IOException {
        Path file = folder.resolve("tasks.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            for (Class<?> type : types) {
                String name = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
                    bytes.transferTo(jar);
                }
            }
        }
        return file;
    }
}
