package dev.hearth.controlplane.live;

import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The same fifty calls, once on warm replicas and once on a fresh replica each. */
class FreshAgainstReuseIT {
    private static final int CALLS = 50;

    @Test
    void fiftyCallsOnFreshReplicasAgainstFiftyOnWarmOnes(@TempDir Path folder) {
        LiveServer started = new LiveServer(folder.resolve("home")).with("HEARTH_POOL_MAXFRESHREPLICAS", "4");
        started.start();
        try (LiveServer server = started) {
            server.deployExample("reuse_concurrency", Map.of("replicas", 2, "concurrency", 1, "idleTtl", 600));

            long cold = millis(server, Map.of());
            long warm = millis(server, Map.of());
            long fresh = millis(
                    server,
                    Map.of(
                            "overrides",
                            Map.of("reusable", "off", "resources", Map.of("cpu", "500m", "memory", "128Mi"))));

            System.out.printf(
                    "%d calls of noop: reuse, cold pool of 2 %,d ms; reuse, warm %,d ms; reusable=off, 4 at a time %,d ms = %.0f x warm%n",
                    CALLS, cold, warm, fresh, (double) fresh / warm);
            assertThat(server.ready("reuse_concurrency"))
                    .as("the warm ones rested meanwhile, and are still there")
                    .isEqualTo(2);
            List<JsonNode> replicas = server.everyReplica("reuse_concurrency");
            assertThat(replicas).as("2 warm ones and a fresh one for each call").hasSize(2 + CALLS);
            assertThat(replicas)
                    .filteredOn(replica -> replica.get("executed").asInt() == 1)
                    .as("a fresh replica serves once and is discarded")
                    .hasSize(CALLS)
                    .allSatisfy(replica ->
                            assertThat(replica.get("phase").asString()).isIn("STOPPED", "DRAINING"));
        }
    }

    /** From the first submit to the last end, by the server's clock. */
    private static long millis(LiveServer server, Map<String, Object> overrides) {
        List<Map<String, Integer>> inputs =
                IntStream.range(0, CALLS).mapToObj(x -> Map.of("x", x)).toList();
        Map<String, Object> body = new TreeMap<>(overrides);
        body.putAll(Map.of("environment", "reuse_concurrency", "task", "noop", "inputs", inputs));
        List<JsonNode> runs = new ArrayList<>();
        server.post("/api/v1/runs:batch", body)
                .get("names")
                .forEach(name -> runs.add(server.succeeded(name.asString())));
        for (int x = 0; x < CALLS; x++) {
            assertThat(runs.get(x).get("output").asInt()).isEqualTo(x);
        }
        Instant first = runs.stream()
                .map(run -> at(run, "createdAt"))
                .min(naturalOrder())
                .orElseThrow();
        Instant last =
                runs.stream().map(run -> at(run, "endedAt")).max(naturalOrder()).orElseThrow();
        return Duration.between(first, last).toMillis();
    }

    private static Instant at(JsonNode run, String field) {
        return Instant.parse(run.get(field).asString());
    }
}
