package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A new version is deployed while two thousand half-second tasks are under way, and the old one again after that. */
class DeployUnderLoadIT {
    private static final int TASKS = 2_000;
    private static final Map<String, Object> POLICY =
            Map.of("replicas", 2, "concurrency", 40, "scaledownTtl", 2, "idleTtl", 5);

    @Test
    void everyTaskIsDoneOnceByItsOwnVersionAndTheOldPoolGoes(@TempDir Path folder) {
        try (LiveServer server = LiveServer.start(folder.resolve("home"))) {
            String v1 = server.deployExample("sleeper", POLICY, Map.of("RELEASE", "1"));
            List<String> runs = new ArrayList<>(server.submitAll("sleeper", "nap", naps(TASKS / 2)));
            await().atMost(Duration.ofMinutes(1)).until(() -> done(server, runs) > 100);

            String v2 = server.deployExample("sleeper", POLICY, Map.of("RELEASE", "2"));
            runs.addAll(server.submitAll("sleeper", "nap", naps(TASKS / 2)));
            int most = 0;
            while (!allEnded(server)) {
                most = Math.max(most, server.replicas("sleeper").size());
            }

            Map<String, String> versionOfReplica = new HashMap<>();
            server.everyReplica("sleeper")
                    .forEach(replica -> versionOfReplica.put(
                            replica.get("id").asString(), replica.get("version").asString()));
            Map<String, Integer> doneBy = new TreeMap<>();
            for (JsonNode run : allRuns(server)) {
                JsonNode action = server.get("/api/v1/runs/" + run.get("name").asString() + "/actions/a0");
                assertThat(action.get("phase").asString()).isEqualTo("SUCCEEDED");
                assertThat(action.get("attempts")).hasSize(1);
                assertThat(versionOfReplica.get(action.get("replica").asString()))
                        .as("the replica's version is the run's")
                        .isEqualTo(run.get("version").asString());
                doneBy.merge(run.get("version").asString(), 1, Integer::sum);
            }
            TimeLine.of(server, "sleeper").print("Deploy of v2 (" + v2 + ") while v1 (" + v1 + ") works, idle_ttl 5 s");
            System.out.printf(
                    "%d tasks of 500 ms: by v1 %d, by v2 %d; at most %d replicas at a time, 2 a version%n",
                    TASKS, doneBy.get(v1), doneBy.get(v2), most);
            assertThat(doneBy).isEqualTo(Map.of(v1, TASKS / 2, v2, TASKS / 2));
            assertThat(most).as("the overlap is one pool of each").isLessThanOrEqualTo(4);
            await().atMost(Duration.ofSeconds(20)).until(() -> state(server, v1).equals("RETIRED"));

            String back = server.deployExample("sleeper", POLICY, Map.of("RELEASE", "1"));
            assertThat(back).as("the old spec is the old version").isEqualTo(v1);
            assertThat(server.get("/api/v1/runs/" + server.submit("sleeper", "nap", naps(1).getFirst()))
                            .get("version")
                            .asString())
                    .isEqualTo(v1);
        }
    }

    private static List<Map<String, Integer>> naps(int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> Map.of("index", index, "millis", 500))
                .toList();
    }

    private static String state(LiveServer server, String version) {
        return server.get("/api/v1/environments/sleeper")
                .get("versions")
                .valueStream()
                .filter(known -> known.get("version").asString().equals(version))
                .map(known -> known.get("state").asString())
                .findFirst()
                .orElseThrow();
    }

    private static boolean allEnded(LiveServer server) {
        return List.of("QUEUED", "RUNNING").stream()
                .allMatch(phase -> server.get("/api/v1/runs?limit=1&phase=" + phase)
                        .get("items")
                        .isEmpty());
    }

    /** The queue is first in, first out: when one of them has ended, so have about all before it. */
    private static long done(LiveServer server, List<String> runs) {
        int low = 0;
        int high = runs.size();
        while (low < high) {
            int middle = (low + high) / 2;
            if (server.get("/api/v1/runs/" + runs.get(middle)).hasNonNull("endedAt")) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static List<JsonNode> allRuns(LiveServer server) {
        List<JsonNode> runs = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = server.get("/api/v1/runs?limit=200" + cursor);
            page.get("items").forEach(runs::add);
            if (!page.hasNonNull("nextCursor")) {
                return runs;
            }
            cursor = "&cursor=" + page.get("nextCursor").asString();
        }
    }
}
