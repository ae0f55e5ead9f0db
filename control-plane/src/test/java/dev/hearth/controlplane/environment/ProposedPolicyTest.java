package dev.hearth.controlplane.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Recycle;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Scope;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ProposedPolicyTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Its scaledown TTL is one that the server would no longer take. */
    private static final ReusePolicy DEPLOYED = ReusePolicy.replicas(1, 4)
            .concurrency(10)
            .scaledownTtl(Duration.ofMillis(500))
            .idleTtl(Duration.ofMinutes(5))
            .scope(Scope.RUN)
            .recycle(Recycle.NEVER.afterExecutions(100).aboveRss("1Gi"));

    private final ProposedPolicy proposals = new ProposedPolicy(
            new EnvironmentSettings(Duration.ofSeconds(1), org.springframework.util.unit.DataSize.ofMegabytes(1)));

    private ReusePolicy read(String json, @Nullable ReusePolicy deployed) {
        return proposals.read("reuse", JSON.readTree(json), deployed);
    }

    @Test
    void whatIsLeftOutStaysAsItIsDeployed() {
        assertThat(read("{}", DEPLOYED)).isEqualTo(DEPLOYED);
        assertThat(read("{\"replicas\": 3}", DEPLOYED))
                .isEqualTo(new ReusePolicy(
                        ReusePolicy.replicas(3).replicas(),
                        DEPLOYED.concurrency(),
                        DEPLOYED.scaledownTtl(),
                        DEPLOYED.idleTtl(),
                        DEPLOYED.scope(),
                        DEPLOYED.recycle()));
        assertThat(read("{\"concurrency\": 2, \"scope\": \"global\"}", DEPLOYED))
                .isEqualTo(DEPLOYED.concurrency(2).scope(Scope.GLOBAL));
        assertThat(read("{\"scaledownTtl\": 7}", DEPLOYED)).isEqualTo(DEPLOYED.scaledownTtl(Duration.ofSeconds(7)));
    }

    @Test
    void nullIsAlwaysOnForTheIdleTtlAndAbsentForAllElse() {
        assertThat(read("{\"idleTtl\": null}", DEPLOYED)).isEqualTo(DEPLOYED.alwaysOn());
        assertThat(read("{}", DEPLOYED.alwaysOn())).isEqualTo(DEPLOYED.alwaysOn());
        assertThat(read("{\"idleTtl\": \"PT9S\"}", DEPLOYED.alwaysOn()))
                .isEqualTo(DEPLOYED.idleTtl(Duration.ofSeconds(9)));
        assertThat(read("{\"replicas\": null, \"concurrency\": null, \"scope\": null, \"recycle\": null}", DEPLOYED))
                .isEqualTo(DEPLOYED);
        assertThat(faults("{\"scaledownTtl\": null}")).containsExactly("reuse.scaledownTtl");
    }

    @Test
    void marksAreProposedTogether() {
        assertThat(read("{\"recycle\": {}}", DEPLOYED)).isEqualTo(DEPLOYED.recycle(Recycle.NEVER));
        assertThat(read("{\"recycle\": {\"afterAge\": \"PT1H\"}}", DEPLOYED))
                .isEqualTo(DEPLOYED.recycle(Recycle.NEVER.afterAge(Duration.ofHours(1))));
    }

    @Test
    void whereExecutionsHaveFreshReplicasTheRestHasItsDefaults() {
        assertThat(read("{\"replicas\": [0, 3]}", null)).isEqualTo(ReusePolicy.replicas(0, 3));
    }

    @Test
    void whatIsGivenIsReadByTheRulesOfADeployment() {
        assertThat(faults("{\"idleTtl\": 0.5, \"slots\": 3, \"recycle\": {\"after\": 1}}"))
                .containsExactlyInAnyOrder("reuse.idleTtl", "reuse.slots", "reuse.recycle.after");
        assertThat(faults("7")).containsExactly("reuse");
        assertThat(faults("null")).containsExactly("reuse");
    }

    private java.util.List<String> faults(String json) {
        ProblemException refusal =
                Objects.requireNonNull(catchThrowableOfType(ProblemException.class, () -> read(json, DEPLOYED)));
        return refusal.errors().stream().map(Violation::field).toList();
    }
}
