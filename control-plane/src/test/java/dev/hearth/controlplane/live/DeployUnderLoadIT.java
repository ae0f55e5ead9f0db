package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
            predictionAgainstOutcome(server, allRuns(server));

            String back = server.deployExample("sleeper", POLICY, Map.of("RELEASE", "1"));
            assertThat(back).as("the old spec is the old version").isEqualTo(v1);
            assertThat(server.get("/api/v1/runs/" + server.submit("sleeper", "nap", naps(1).getFirst()))
                            .get("version")
                            .asString())
                    .isEqualTo(v1);
        }
    }

    /** Asks what three policies would have made of these arrivals, and then lets the first of them work them off for real. */
    private static void predictionAgainstOutcome(LiveServer server, List<JsonNode> recorded) {
        List<Map<String, Object>> proposed =
                List.of(policy(List.of(1, 4), 40), policy(4, 40), policy(List.of(1, 2), 20));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> server.replicas("sleeper").isEmpty());

        JsonNode answer =
                server.post("/api/v1/environments/sleeper/what-if", Map.of("policies", proposed, "since", "10m"));
        System.out.printf(
                "What if, on %d recorded arrivals, cold start %d ms; measured %.1f replica-seconds, wait p50 %d, p99 %d ms%n",
                answer.get("arrivals").asInt(),
                answer.get("coldStartMs").asInt(),
                answer.get("actual").get("replicaSeconds").asDouble(),
                answer.get("actual").get("p50WaitMs").asInt(),
                answer.get("actual").get("p99WaitMs").asInt());
        answer.get("items").forEach(item -> print("  ", item));
        assertThat(answer.get("arrivals").asInt()).isEqualTo(TASKS);
        assertThat(answer.get("items")).hasSize(4);

        List<Instant> submitted = recorded.stream()
                .map(run -> Instant.parse(run.get("createdAt").asString()))
                .sorted()
                .toList();
        Duration between = Duration.between(submitted.getFirst(), submitted.getLast());
        server.deployExample("sleeper", proposed.getFirst(), Map.of("RELEASE", "3"));
        Instant begin = Instant.now();
        server.submitAll("sleeper", "nap", naps(TASKS / 2));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Duration.between(begin, Instant.now()).compareTo(between) >= 0);
        server.submitAll("sleeper", "nap", naps(TASKS / 2));
        await().atMost(Duration.ofMinutes(2)).until(() -> allEnded(server));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> server.replicas("sleeper").isEmpty());

        String window = Duration.between(begin, Instant.now()).plusMillis(500).toMillis() + "ms";
        JsonNode after = server.post("/api/v1/environments/sleeper/what-if", Map.of("since", window));
        System.out.println("The first of them for real:");
        print("  predicted ", answer.get("items").get(1));
        JsonNode actual = after.get("actual");
        System.out.printf(
                "  measured  %8.1f replica-seconds, wait mean %6d, p50 %6d, p99 %6d ms%n",
                actual.get("replicaSeconds").asDouble(),
                actual.get("meanWaitMs").asInt(),
                actual.get("p50WaitMs").asInt(),
                actual.get("p99WaitMs").asInt());
        assertThat(after.get("arrivals").asInt()).isEqualTo(TASKS);
    }

    private static void print(String indent, JsonNode item) {
        JsonNode policy = item.get("policy");
        System.out.printf(
                "%s%8.1f replica-seconds (oracle %.1f), wait mean %6d, p50 %6d, p99 %6d ms, starts %d: %s x %d%s%n",
                indent,
                item.get("replicaSeconds").asDouble(),
                item.get("oracleReplicaSeconds").asDouble(),
                item.get("meanWaitMs").asInt(),
                item.get("p50WaitMs").asInt(),
                item.get("p99WaitMs").asInt(),
                item.get("starts").asInt(),
                policy.get("replicas"),
                policy.get("concurrency").asInt(),
                item.get("deployed").asBoolean() ? " (deployed)" : "");
    }

    private static Map<String, Object> policy(Object replicas, int concurrency) {
        return Map.of("replicas", replicas, "concurrency", concurrency, "scaledownTtl", 2, "idleTtl", 5);
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
