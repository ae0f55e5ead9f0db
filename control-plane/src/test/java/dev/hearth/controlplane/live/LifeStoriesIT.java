package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** The three life stories of pools, with seconds for minutes, on real processes; told by the stored decisions. */
class LifeStoriesIT {
    private static final Duration SCALEDOWN_TTL = Duration.ofSeconds(2);
    private static final Duration IDLE_TTL = Duration.ofSeconds(5);

    /** A decision falls due between two looks of the autoscaler, a second apart; the rest is this machine's. */
    private static final Duration LATE = Duration.ofSeconds(3);

    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    private static Path folder;

    private static LiveServer server;

    @BeforeAll
    static void start() {
        server = LiveServer.start(folder.resolve("home"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aFixedPoolHasThreeReplicasThatStopTogetherWhenIdleTtlExpires() {
        server.deployExample("counter", policy(3, IDLE_TTL));

        JsonNode last = server.succeeded(server.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                .get("name")
                .asString());
        await().atMost(SOON).until(() -> server.ready("counter") == 3);
        assertThat(coldAt("counter")).isAfter(Instant.parse(last.get("endedAt").asString()));
        awaitCold("counter");
        server.succeeded(server.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                .get("name")
                .asString());
        await().atMost(SOON).until(() -> server.ready("counter") == 3);
        awaitCold("counter");

        TimeLine line = TimeLine.of(server, "counter");
        line.print("replicas=3, idle_ttl 5 s: one call, silence, one call");
        assertThat(line.steps())
                .containsExactly("0 -> 3 MINIMUM", "3 -> 0 IDLE_TTL", "0 -> 3 MINIMUM", "3 -> 0 IDLE_TTL");
        Instant ended = Instant.parse(last.get("endedAt").asString());
        assertThat(Duration.between(ended, line.at(1))).isBetween(IDLE_TTL, IDLE_TTL.plus(LATE));
    }

    @Test
    void aPoolOfTwoToFiveGrowsWithDemandAndShrinksOneReplicaPerScaledownTtl() {
        server.deployExample("sleeper", policy(List.of(2, 5), Duration.ofSeconds(9)));

        server.succeeded(server.submit("sleeper", "nap", Map.of("index", 0, "millis", 10)));
        awaitCold("sleeper");
        server.succeeded(server.submit("sleeper", "naps", Map.of("n", 40, "millis", 500)));
        await().atMost(SOON).until(() -> server.ready("sleeper") == 4);
        assertThat(server.replicas("sleeper"))
                .filteredOn(replica -> replica.get("ordinal").asInt() == 4)
                .as("the highest ordinal says when it goes")
                .allSatisfy(replica -> assertThat(replica.hasNonNull("stopsAt")).isTrue());
        awaitCold("sleeper");

        TimeLine line = TimeLine.of(server, "sleeper");
        line.print("replicas=(2, 5), scaledown_ttl 2 s, idle_ttl 9 s: one call, silence, forty calls, silence");
        assertThat(line.steps())
                .as("demand drops to zero with two: they go with idle_ttl; forty calls bring five")
                .startsWith("0 -> 2 MINIMUM", "2 -> 0 IDLE_TTL")
                .endsWith("5 -> 4 SCALEDOWN_TTL", "4 -> 3 SCALEDOWN_TTL", "3 -> 2 SCALEDOWN_TTL", "2 -> 0 IDLE_TTL");
        int steps = line.steps().size();
        assertThat(line.reason(steps - 4)).startsWith("replica 5 is the highest");
        assertThat(line.reason(steps - 3)).startsWith("replica 4 is the highest");
        assertThat(line.reason(steps - 2)).startsWith("replica 3 is the highest");
        assertThat(line.gap(steps - 3)).isGreaterThanOrEqualTo(SCALEDOWN_TTL);
        assertThat(line.gap(steps - 2)).isGreaterThanOrEqualTo(SCALEDOWN_TTL);
        assertThat(server.workerProcesses()).as("what is cold has no process").isZero();
    }

    @Test
    void anAlwaysOnPoolComesUpWithItsDeploymentAndStays() {
        server.deployExample(
                "reusable-env", Map.of("replicas", 2, "scaledownTtl", 1, "idleTtl", NullNode.getInstance()));

        await().atMost(SOON).until(() -> server.ready("reusable-env") == 2);
        await().during(Duration.ofSeconds(6)).atMost(SOON).until(() -> server.ready("reusable-env") == 2);

        TimeLine line = TimeLine.of(server, "reusable-env");
        line.print("replicas=2, idle_ttl None: no call at all");
        assertThat(line.steps()).containsExactly("0 -> 2 ALWAYS_ON");
        assertThat(coldAt("reusable-env")).isNull();
        server.post("/api/v1/environments/reusable-env/retire", Map.of());
        awaitCold("reusable-env");
    }

    @Test
    void aPoolOfScopeRunBelongsToOneRunAndGoesWithIt() {
        server.deployExample(
                "reuse_concurrency",
                Map.of("replicas", 1, "concurrency", 10, "idleTtl", 60, "scaledownTtl", 60, "scope", "run"));

        String first = server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 20));
        String second = server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 20));
        server.succeeded(first);
        server.succeeded(second);
        awaitCold("reuse_concurrency");

        TimeLine line = TimeLine.of(server, "reuse_concurrency");
        line.print("scope=run, idle_ttl 60 s: two runs");
        assertThat(line.steps())
                .containsExactlyInAnyOrder("0 -> 1 DEMAND", "0 -> 1 DEMAND", "1 -> 0 ENDING", "1 -> 0 ENDING");
        assertThat(replicaOf(first)).isNotEqualTo(replicaOf(second));
    }

    private static Map<String, Object> policy(Object replicas, Duration idleTtl) {
        return Map.of(
                "replicas",
                replicas,
                "concurrency",
                1,
                "scaledownTtl",
                SCALEDOWN_TTL.toString(),
                "idleTtl",
                idleTtl.toString());
    }

    private static void awaitCold(String environment) {
        await().atMost(SOON).until(() -> server.replicas(environment).isEmpty());
    }

    private static Instant coldAt(String environment) {
        JsonNode pool = server.get("/api/v1/environments/" + environment).get("pool");
        return pool.hasNonNull("coldAt") ? Instant.parse(pool.get("coldAt").asString()) : null;
    }

    private static List<String> replicaOf(String run) {
        return server.actions(run).stream()
                .map(action -> action.get("replica").asString())
                .distinct()
                .toList();
    }
}
