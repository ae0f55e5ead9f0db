package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A pool of one to four replicas grows with its work and shrinks one by one; the time line comes from the stored decisions. */
class ElasticPoolIT {
    private static final Duration SCALEDOWN_TTL = Duration.ofSeconds(2);
    private static final Duration IDLE_TTL = Duration.ofSeconds(10);

    @Test
    void growsToFourWithFortyOneSecondTasksAndShrinksOnePerTtlThenGoesCold(@TempDir Path folder) {
        try (LiveServer server = LiveServer.start(folder.resolve("home"))) {
            server.deployExample(
                    "sleeper",
                    Map.of(
                            "replicas", List.of(1, 4),
                            "concurrency", 1,
                            "scaledownTtl", SCALEDOWN_TTL.toString(),
                            "idleTtl", IDLE_TTL.toString()));

            server.succeeded(server.submit("sleeper", "naps", Map.of("n", 40, "millis", 1_000)));
            await().atMost(IDLE_TTL.plusSeconds(20))
                    .until(() -> server.replicas("sleeper").isEmpty());
            assertThat(server.workerProcesses()).isZero();

            List<JsonNode> decisions = server.decisions("sleeper");
            print(decisions);
            List<String> steps = decisions.stream()
                    .map(decision -> decision.get("from").asInt() + " -> "
                            + decision.get("to").asInt())
                    .toList();
            assertThat(steps).endsWith("4 -> 3", "3 -> 2", "2 -> 1", "1 -> 0");
            assertThat(decisions)
                    .allSatisfy(
                            decision -> assertThat(decision.get("to").asInt()).isBetween(0, 4));
            List<JsonNode> shrinking = decisions.subList(decisions.size() - 4, decisions.size() - 1);
            for (int i = 1; i < shrinking.size(); i++) {
                assertThat(Duration.between(at(shrinking.get(i - 1)), at(shrinking.get(i))))
                        .as("no sooner than another scaledown_ttl")
                        .isGreaterThanOrEqualTo(SCALEDOWN_TTL.minusMillis(10));
            }
        }
    }

    private static void print(List<JsonNode> decisions) {
        Instant start = at(decisions.getFirst());
        System.out.println("Time line of a (1, 4) pool: 40 one-second tasks, scaledown_ttl 2 s, idle_ttl 10 s");
        for (JsonNode decision : decisions) {
            System.out.printf(
                    "%7.2f s  %d -> %d  %s%n",
                    Duration.between(start, at(decision)).toMillis() / 1000.0,
                    decision.get("from").asInt(),
                    decision.get("to").asInt(),
                    decision.get("reason").asString());
        }
    }

    private static Instant at(JsonNode decision) {
        return Instant.parse(decision.get("at").asString());
    }
}
