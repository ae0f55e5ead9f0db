package dev.hearth.controlplane.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Replicas;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Scope;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SpecReaderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String KNOWN = "a".repeat(64);
    private static final String FOREIGN = "b".repeat(64);

    @ParameterizedTest(name = "{0} = {1} is refused: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "reuse.replicas | 0 | max must be 1 or more, was 0",
                "reuse.replicas | -1 | min must be 0 or more, was -1",
                "reuse.replicas | [0, 0] | max must be 1 or more, was 0",
                "reuse.replicas | [3, 2] | max must be at least min, was min 3 and max 2",
                "reuse.replicas | [-1, 2] | min must be 0 or more, was -1",
                "reuse.replicas | [1, 1001] | max must be at most 1000, was 1001",
                "reuse.replicas | [1] | must be a whole number",
                "reuse.replicas | [1, 2, 3] | must be a whole number",
                "reuse.replicas | [1, \"2\"] | must be a whole number",
                "reuse.replicas | 1.5 | must be a whole number",
                "reuse.replicas | \"2\" | must be a whole number",
                "reuse.replicas | {} | must be a whole number",
                "reuse.replicas | true | must be a whole number",
                "reuse.replicas | 99999999999 | must be a whole number",
                "reuse.concurrency | 0 | must be a whole number from 1 to 10000",
                "reuse.concurrency | -5 | must be a whole number from 1 to 10000",
                "reuse.concurrency | 10001 | must be a whole number from 1 to 10000",
                "reuse.concurrency | 1.5 | must be a whole number from 1 to 10000",
                "reuse.concurrency | \"1\" | must be a whole number from 1 to 10000",
                "reuse.scaledownTtl | 0 | must be a duration from PT1S",
                "reuse.scaledownTtl | 0.999 | must be a duration from PT1S",
                "reuse.scaledownTtl | -1 | must be a duration from PT1S",
                "reuse.scaledownTtl | 1e999 | must be a duration from PT1S",
                "reuse.scaledownTtl | \"30s\" | must be a duration from PT1S",
                "reuse.scaledownTtl | \"PT-30S\" | must be a duration from PT1S",
                "reuse.scaledownTtl | true | must be a duration from PT1S",
                "reuse.idleTtl | 0 | must be a duration from PT1S",
                "reuse.idleTtl | \"P366D\" | must be a duration from PT1S",
                "reuse.idleTtl | \"soon\" | must be a duration from PT1S",
                "reuse.idleTtl | [] | must be a duration from PT1S",
                "reuse.scope | \"GLOBAL\" | must be \"global\"",
                "reuse.scope | 1 | must be \"global\"",
                "reuse.scaleDownTtl | 30 | is no field here; the fields are replicas, concurrency, scaledownTtl",
                "startTimeout | 0.5 | must be a duration from PT1S to PT24H",
                "startTimeout | \"P2D\" | must be a duration from PT1S to PT24H",
                "reuse | true | must be an object",
                "reuse | [] | must be an object",
                "image | null | must be \"process:java\"",
                "image | \"ubuntu:24.04\" | must be \"process:java\"",
                "image | 7 | must be \"process:java\"",
                "bundle | null | must be the SHA-256",
                "bundle | \"abc\" | must be the SHA-256",
                "bundle | 7 | must be the SHA-256",
                "resources | 1 | must be an object",
                "resources.cpu | \"0\" | must be cores",
                "resources.cpu | \"lots\" | must be cores",
                "resources.cpu | -1 | must be cores",
                "resources.cpu | [] | must be a text",
                "resources.memory | \"1KB\" | must be bytes",
                "resources.memory | \"1Ki\" | must be bytes",
                "resources.memory | 0 | must be bytes",
                "resources.gpu | 1 | must be 0",
                "resources.gpu | -1 | must be a whole number",
                "resources.disk | \"1Gi\" | is no field here; the fields are cpu, memory, gpu",
                "env | [] | must be an object",
                "env.KEY | 1 | must be a text",
                "env.KEY | null | must be a text, not null",
                "env.KEY | \"a\\u0000b\" | must be a text",
                "env.KEY | \"\\ud800\" | must be a text",
                "env.1KEY | \"x\" | must be named with letters",
                "env.A-B | \"x\" | must be named with letters",
                "env.HEARTH_HOME | \"x\" | is reserved",
                "secrets | [] | is no field here; the fields are image, bundle, resources, env, reuse",
            })
    void whatBreaksARuleIsRefused(String field, String value, String message) {
        Violation fault = refused(with(field, value)).violations().getFirst();
        assertThat(fault.field()).isEqualTo(field);
        assertThat(fault.message()).startsWith(message);
    }

    @Test
    void everyFaultIsNamedAtOnce() {
        InvalidSpecException refusal = refused("""
                {"image": "x", "bundle": "%s", "resources": {"cpu": "0", "memory": "0", "gpu": 2}, "env": {"": "x"},
                 "reuse": {"replicas": 0, "concurrency": 0, "scaledownTtl": 0, "idleTtl": 0, "scope": "x", "y": 1}}""".formatted(FOREIGN));
        assertThat(refusal.violations().stream().map(Violation::field))
                .containsExactlyInAnyOrder(
                        "image",
                        "bundle",
                        "resources.cpu",
                        "resources.memory",
                        "resources.gpu",
                        "env.",
                        "reuse.replicas",
                        "reuse.concurrency",
                        "reuse.scaledownTtl",
                        "reuse.idleTtl",
                        "reuse.scope",
                        "reuse.y");
    }

    @Test
    void aBundleThatDeclaresSomethingElseIsRefused() {
        assertThat(refused(with("bundle", '"' + FOREIGN + '"')).violations())
                .containsExactly(new Violation("bundle", FOREIGN, "declares something else"));
    }

    @Test
    void absentFieldsTakeTheirDefaults() {
        ReusePolicy reuse = reuse("{}");
        assertThat(reuse).isEqualTo(ReusePolicy.replicas(2));
        assertThat(reuse.scaledownTtl()).isEqualTo(Duration.ofSeconds(30));
        assertThat(reuse.idleTtl()).isEqualTo(Duration.ofSeconds(30));
        assertThat(reuse.scope()).isEqualTo(Scope.GLOBAL);
        assertThat(read("{\"image\": \"process:java\", \"bundle\": \"" + KNOWN + "\"}")
                        .reuse())
                .isNull();
        assertThat(read(with("reuse", "null")).reuse()).isNull();
        assertThat(read(with("startTimeout", "null")).startTimeout()).isNull();
    }

    @Test
    void whatIsWrittenIsTaken() {
        assertThat(reuse("{\"replicas\": [0, 1]}").replicas()).isEqualTo(new Replicas(0, 1));
        assertThat(reuse("{\"replicas\": 1000}").replicas()).isEqualTo(Replicas.fixed(1000));
        assertThat(reuse("{\"concurrency\": 100}").concurrency()).isEqualTo(100);
        assertThat(reuse("{\"idleTtl\": null}").idleTtl()).isNull();
        assertThat(reuse("{\"idleTtl\": \"PT10M\"}").idleTtl()).isEqualTo(Duration.ofMinutes(10));
        assertThat(reuse("{\"scaledownTtl\": 1.5}").scaledownTtl()).isEqualTo(Duration.ofMillis(1500));
        assertThat(reuse("{\"scope\": \"run\"}").scope()).isEqualTo(Scope.RUN);
        assertThat(read(with("startTimeout", "\"PT5M\"")).startTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(read(with("resources", "{\"cpu\": 0.5, \"memory\": 536870912}"))
                        .resources()
                        .cpuMillis())
                .isEqualTo(500);
        assertThat(read(with("env", "{\"A_1\": \"\"}")).env()).isEqualTo(Map.of("A_1", ""));
    }

    @Test
    void differentSpellingsOfOneSpecHaveOneName() {
        String one = VersionName.of(read(with("resources", "{\"cpu\": \"1000m\", \"memory\": \"1024Mi\"}")));
        assertThat(VersionName.of(read(with("resources", "{\"cpu\": 1, \"memory\": \"1Gi\"}"))))
                .isEqualTo(one);
        assertThat(VersionName.of(read(with("env", "{\"A\": \"B\"}")))).isNotEqualTo(one);
        assertThat(VersionName.of(read(with("reuse", "{}")))).isNotEqualTo(one);
    }

    private static ReusePolicy reuse(String json) {
        return Objects.requireNonNull(read(with("reuse", json)).reuse());
    }

    private static InvalidSpecException refused(String json) {
        return Objects.requireNonNull(catchThrowableOfType(InvalidSpecException.class, () -> read(json)), json);
    }

    private static EnvironmentSpec read(String json) {
        return SpecReader.read(
                JSON.readTree(json),
                Duration.ofSeconds(1),
                sha256 -> sha256.equals(KNOWN) ? null : "declares something else");
    }

    /** A good spec with one field changed. */
    private static String with(String field, String value) {
        ObjectNode spec = JSON.createObjectNode().put("image", "process:java").put("bundle", KNOWN);
        ObjectNode parent = field.contains(".") ? spec.putObject(field.substring(0, field.indexOf('.'))) : spec;
        parent.set(field.substring(field.indexOf('.') + 1), JSON.readTree(value));
        return spec.toString();
    }
}
