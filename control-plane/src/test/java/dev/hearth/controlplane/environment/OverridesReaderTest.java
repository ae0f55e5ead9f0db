package dev.hearth.controlplane.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.Overrides;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Resources;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class OverridesReaderTest {
    private static final EnvironmentSpec CALLED = EnvironmentSpec.of(EnvironmentSpec.PROCESS_JAVA)
            .withResources(Resources.of("500m", "2Gi"))
            .withReuse(ReusePolicy.replicas(2));

    private static Overrides read(String json) {
        return OverridesReader.read(new JsonMapper().readTree(json), CALLED);
    }

    @Test
    void aResourceThatIsLeftOutIsTheEnvironments() {
        assertThat(read("{\"reusable\": \"off\", \"resources\": {\"cpu\": \"2\"}}")
                        .resources())
                .isEqualTo(Resources.of("2", "2Gi"));
        assertThat(read("{\"reusable\": \"off\", \"resources\": {\"memory\": \"4Gi\", \"cpu\": null}}")
                        .resources())
                .isEqualTo(Resources.of("500m", "4Gi"));
        assertThat(read("{\"reusable\": \"off\", \"resources\": {}}").resources())
                .isEqualTo(CALLED.resources());
    }

    @Test
    void nullIsAbsent() {
        assertThat(read("{}")).isEqualTo(Overrides.NONE);
        assertThat(read("null")).isEqualTo(Overrides.NONE);
        assertThat(read("{\"reusable\": null, \"resources\": null, \"retries\": null, \"timeout\": null,"
                        + " \"queueTimeout\": null, \"priority\": null}"))
                .isEqualTo(Overrides.NONE);
        assertThat(read("{\"retries\": 0, \"timeout\": 2, \"timeoutExcludesChildren\": true}"))
                .isEqualTo(Overrides.NONE
                        .withRetries(0)
                        .withTimeout(Duration.ofSeconds(2))
                        .withTimeoutExcludesChildren(true));
    }

    @Test
    void whatNobodyReadsIsRefused() {
        assertThat(faults("{\"timeouts\": 3}")).containsExactly("overrides.timeouts");
        assertThat(faults("{\"timeoutExcludesChildren\": \"yes\"}"))
                .containsExactly("overrides.timeoutExcludesChildren");
        assertThat(faults("{\"reusable\": \"off\", \"resources\": {\"disk\": \"1Gi\"}}"))
                .containsExactly("overrides.resources.disk");
        assertThat(faults("{\"resources\": {\"cpu\": \"2\"}}")).containsExactly("overrides.resources");
    }

    private static List<String> faults(String json) {
        ProblemException refusal =
                Objects.requireNonNull(catchThrowableOfType(ProblemException.class, () -> read(json)));
        return refusal.errors().stream().map(Violation::field).toList();
    }
}
