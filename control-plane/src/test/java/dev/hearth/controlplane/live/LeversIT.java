package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What people do to pools by hand, what guard rails do to replicas, and replicas that never start. */
@Tag("beside-others")
class LeversIT {
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
    void warmBringsAPoolUpPauseHoldsItsQueueAndRetireLetsItFinishAndGo() {
        server.deployExample("sleeper", Map.of("replicas", 1, "concurrency", 1, "idleTtl", 120));

        lever("sleeper", "warm");
        await().atMost(SOON).until(() -> server.ready("sleeper") == 1);
        assertThat(TimeLine.of(server, "sleeper").steps()).containsExactly("0 -> 1 WARM_ASKED");

        assertThat(lever("sleeper", "pause").get("state").asString()).isEqualTo("PAUSED");
        List<String> waiting = server.submitAll("sleeper", "nap", naps(3));
        await().during(Duration.ofSeconds(3))
                .atMost(SOON)
                .until(() -> phases(waiting).stream()
                        .allMatch(phase -> phase.equals("QUEUED") || phase.equals("WAITING_FOR_RESOURCES")));

        assertThat(lever("sleeper", "resume").get("state").asString()).isEqualTo("ACTIVE");
        waiting.forEach(server::succeeded);

        List<String> last = server.submitAll("sleeper", "nap", naps(3));
        assertThat(lever("sleeper", "retire").get("state").asString()).isEqualTo("RETIRED");
        assertThat(submitStatus("sleeper", "nap")).isEqualTo(409);
        last.forEach(server::succeeded);
        await().atMost(SOON).until(() -> server.replicas("sleeper").isEmpty());
        await().atMost(SOON)
                .until(() -> server.get("/api/v1/environments/sleeper")
                        .get("versions")
                        .get(0)
                        .get("state")
                        .asString()
                        .equals("RETIRED"));
    }

    @Test
    void aDrainedReplicaFinishesWhatItRunsAndIsReplaced() {
        server.deployExample("reusable-env", Map.of("replicas", 2, "concurrency", 1, "idleTtl", 120));
        lever("reusable-env", "warm");
        await().atMost(SOON).until(() -> server.ready("reusable-env") == 2);
        String first = server.replicas("reusable-env").getFirst().get("id").asString();

        JsonNode drained = server.post("/api/v1/replicas/" + first + "/drain", Map.of());

        assertThat(drained.get("phase").asString()).isEqualTo("DRAINING");
        await().atMost(SOON)
                .until(() -> server.ready("reusable-env") == 2
                        && server.replicas("reusable-env").stream()
                                .noneMatch(
                                        replica -> replica.get("id").asString().equals(first)));
        assertThat(TimeLine.of(server, "reusable-env").steps())
                .containsExactly("0 -> 2 WARM_ASKED", "2 -> 1 DRAINED_BY_HAND", "1 -> 2 MINIMUM");
        assertThat(server.exchange("POST", "/api/v1/replicas/" + first + "/drain", null, Map.of())
                        .statusCode())
                .as("it has ended")
                .isEqualTo(409);
        assertThat(server.exchange("POST", "/api/v1/replicas/none/drain", null, Map.of())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void deploymentsWhileAReplicaDrainsLoseNothingAndTheWayBackFindsThePoolThatServed() {
        Map<String, Object> reuse = Map.of("replicas", 1, "concurrency", 2, "idleTtl", 120);
        List<Map<String, Integer>> brief = List.of(Map.of("millis", 50), Map.of("millis", 50));
        String before = server.deployExample("trouble", reuse, Map.of());
        lever("trouble", "warm");
        await().atMost(SOON).until(() -> server.ready("trouble") == 1);
        List<String> old = server.submitAll("trouble", "slow", List.of(Map.of("millis", 8_000)));
        await().atMost(SOON).until(() -> phases(old).equals(List.of("RUNNING")));
        String draining = server.replicas("trouble").getFirst().get("id").asString();
        server.post("/api/v1/replicas/" + draining + "/drain", Map.of());

        server.deployExample("trouble", reuse, Map.of("CHANGED", "yes"));
        List<String> next = server.submitAll("trouble", "slow", brief);
        assertThat(server.deployExample("trouble", reuse, Map.of())).isEqualTo(before);
        List<String> last = server.submitAll("trouble", "slow", brief);

        for (String run : Stream.of(old, next, last).flatMap(List::stream).toList()) {
            server.succeeded(run);
            assertThat(server.actions(run))
                    .singleElement()
                    .satisfies(action -> assertThat(action.get("attempts").size())
                            .as("attempts")
                            .isEqualTo(1));
        }
        await().atMost(SOON)
                .until(() -> server.replicas("trouble").stream()
                        .noneMatch(replica -> replica.get("id").asString().equals(draining)));
    }

    @Test
    void aReplicaThatHasServedItsShareIsReplacedWarmFirst() {
        server.deployExample(
                "counter",
                Map.of("replicas", 1, "idleTtl", 120, "recycle", Map.of("afterExecutions", 10, "afterAge", 3600)));

        List<Integer> counts = new ArrayList<>();
        List<String> replicas = new ArrayList<>();
        for (int call = 0; call < 30 || replicas.stream().distinct().count() < 3; call++) {
            JsonNode output = server.succeeded(
                            server.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                                    .get("name")
                                    .asString())
                    .get("output");
            counts.add(output.get("count").asInt());
            replicas.add(output.get("replica").asString());
            assertThat(server.replicas("counter"))
                    .as("one more while it is replaced")
                    .hasSizeLessThanOrEqualTo(2);
        }

        TimeLine line = TimeLine.of(server, "counter");
        line.print("recycle after 10 executions, replicas=1: " + counts.size() + " calls one after the other");
        assertThat(line.steps()).startsWith("0 -> 1 DEMAND", "1 -> 2 RECYCLE", "2 -> 1 RECYCLE", "1 -> 2 RECYCLE");
        long first = replicas.stream().filter(replicas.getFirst()::equals).count();
        assertThat(first).as("it went on until its replacement was warm").isGreaterThanOrEqualTo(10);
        assertThat(counts.get((int) first)).as("the replacement counts anew").isEqualTo(1);
    }

    @Test
    void aReplicaThatHoardsMemoryIsReplacedBeforeItIsFull() {
        server.deployExample(
                "hoarder",
                Map.of("replicas", 1, "idleTtl", 120, "recycle", Map.of("aboveRss", "400Mi", "aboveHeap", "60Mi")));

        List<String> replicas = new ArrayList<>();
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            JsonNode output = server.succeeded(server.submit("hoarder", "hoard", Map.of("mebibytes", 1)))
                    .get("output");
            replicas.add(output.get("replica").asString());
            return replicas.stream().distinct().count() >= 2;
        });

        TimeLine line = TimeLine.of(server, "hoarder");
        line.print("recycle above 60 MiB of live heap: 1 MiB more with each call");
        assertThat(line.steps()).startsWith("0 -> 1 DEMAND", "1 -> 2 RECYCLE", "2 -> 1 RECYCLE");
        assertThat(line.reason(1)).contains("MiB");
    }

    @Test
    void replicasThatCannotStartBackOffShowTheirOutputAndFailWhatWaits() {
        server.deployExample(
                "reuse_concurrency",
                Map.of("replicas", 1, "concurrency", 1),
                Map.of("JAVA_TOOL_OPTIONS", "-XX:+NoSuchOption"));

        String run = server.submit("reuse_concurrency", "noop", Map.of("x", 1));
        await().atMost(Duration.ofMinutes(2))
                .until(() -> server.get("/api/v1/runs/" + run + "?wait=30s").hasNonNull("endedAt"));

        List<JsonNode> replicas = server.everyReplica("reuse_concurrency").reversed();
        System.out.println("Starts that fail, and the time until the next:");
        for (int i = 0; i < replicas.size(); i++) {
            String since = i == 0 ? "" : "+" + gap(replicas, i).toMillis() + " ms";
            System.out.printf("  start %d %10s  %s%n", i + 1, since, lastLine(replicas.get(i)));
        }
        assertThat(replicas).hasSize(5).allSatisfy(replica -> {
            assertThat(replica.get("phase").asString()).isEqualTo("FAILED");
            assertThat(replica.get("endReason").asString()).contains("NoSuchOption");
        });
        IntStream.range(1, 5)
                .forEach(i -> assertThat(gap(replicas, i)).isGreaterThanOrEqualTo(Duration.ofSeconds(1L << (i - 1))));
        JsonNode error = server.get("/api/v1/runs/" + run).get("error");
        System.out.println("  the waiting action: " + error);
        assertThat(error.get("code").asString()).isEqualTo("REPLICA_NEVER_STARTED");
        assertThat(error.get("message").asString()).contains("5 starts in a row", "NoSuchOption");
    }

    private static Duration gap(List<JsonNode> replicas, int i) {
        return Duration.between(
                Instant.parse(replicas.get(i - 1).get("startedAt").asString()),
                Instant.parse(replicas.get(i).get("startedAt").asString()));
    }

    private static String lastLine(JsonNode replica) {
        return replica.get("endReason").asString().lines().limit(3).toList().toString();
    }

    private static JsonNode lever(String environment, String lever) {
        return server.post("/api/v1/environments/" + environment + "/" + lever, Map.of());
    }

    private static List<Map<String, Integer>> naps(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Map.of("index", i, "millis", 300))
                .toList();
    }

    private static List<String> phases(List<String> runs) {
        return runs.stream()
                .map(run -> server.get("/api/v1/runs/" + run + "/actions/a0")
                        .get("phase")
                        .asString())
                .toList();
    }

    private static int submitStatus(String environment, String task) {
        return server.exchange(
                        "POST",
                        "/api/v1/runs",
                        Map.of("environment", environment, "task", task, "input", Map.of("index", 0, "millis", 1)),
                        null)
                .statusCode();
    }
}
