package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What becomes of executions that fail, hang, run out of memory, are cancelled, or lose their process or the database. */
class SurvivalIT {

    @TempDir
    static Path folder;

    private static LiveServer server;

    @BeforeAll
    static void start() {
        server = new LiveServer(folder.resolve("home")).with("HEARTH_REPLICA_CANCELGRACE", "1s");
        server.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tasksAreTriedAgainAsTheyDeclareAndErrorsReachTheCaller() {
        server.deployExample("trouble", Map.of("replicas", List.of(1, 3), "concurrency", 21, "idleTtl", 60));

        assertThat(server.succeeded(server.submit("trouble", "flaky", Map.of("first", 2)))
                        .get("output")
                        .asInt())
                .isEqualTo(3);

        JsonNode exhausted = ended(server.submit("trouble", "flaky", Map.of("first", 10)));
        assertThat(code(exhausted)).isEqualTo("USER");
        assertThat(exhausted.get("error").get("message").asString()).contains("attempt 4 of 10");
        assertThat(exhausted.get("error").get("details").asString())
                .as("the remote stack")
                .contains("dev.hearth.examples.Trouble");
        assertThat(attempts(exhausted)).hasSize(4);

        JsonNode declined = ended(submit("declined", null, Map.of()));
        assertThat(code(declined)).isEqualTo("CARD_DECLINED");
        assertThat(attempts(declined)).hasSize(1);

        JsonNode late = ended(submit("slow", Map.of("millis", 20_000), Map.of("timeout", "PT0.5S", "retries", 1)));
        assertThat(late.get("phase").asString()).isEqualTo("TIMED_OUT");
        assertThat(code(late)).isEqualTo("TIMED_OUT");
        assertThat(attempts(late)).hasSize(2);
    }

    @Test
    void aTaskThatRunsOutOfMemorySaysSoAndItsNeighboursFinishElsewhereOnTheirUntouchedBudgets() {
        server.deployExample("trouble", Map.of("replicas", List.of(1, 3), "concurrency", 21, "idleTtl", 60));
        server.succeeded(server.submit("trouble", "slow", Map.of("millis", 1)));
        List<String> neighbours = server.submitAll("trouble", "slow", Collections.nCopies(20, Map.of("millis", 4_000)));
        await().until(() -> neighbours.stream().allMatch(run -> phase(run).equals("RUNNING")));
        JsonNode hungry = ended(submit("hungry", null, Map.of()));

        assertThat(code(hungry)).isEqualTo("OUT_OF_MEMORY");
        assertThat(hungry.get("error").get("message").asString()).contains("OutOfMemoryError");
        int lost = 0;
        for (String neighbour : neighbours) {
            List<JsonNode> attempts = attempts(server.succeeded(neighbour));
            for (JsonNode attempt : attempts.subList(0, attempts.size() - 1)) {
                assertThat(attempt.get("error").get("code").asString()).isIn("REPLICA_LOST", "OUT_OF_MEMORY");
                lost++;
            }
        }
        System.out.printf(
                "Out of memory beside 20 neighbours: its attempts %s; neighbours lost %d attempts, all succeeded, no retry of"
                        + " their own used%n",
                codes(hungry), lost);
        assertThat(lost).as("neighbours were there").isPositive();
    }

    @Test
    void aTaskThatKillsItsReplicaAgainAndAgainEndsAloneAndItsNeighboursSucceed() {
        server.deployExample("trouble", Map.of("replicas", List.of(1, 3), "concurrency", 21, "idleTtl", 60));
        server.succeeded(server.submit("trouble", "slow", Map.of("millis", 1)));
        List<String> neighbours = server.submitAll("trouble", "slow", Collections.nCopies(5, Map.of("millis", 1_500)));
        JsonNode deadly = ended(submit("deadly", null, Map.of()));

        assertThat(code(deadly)).isEqualTo("REPLICA_LOST");
        assertThat(deadly.get("error").get("message").asString())
                .contains("exit code 1")
                .contains("lost 4 times");
        neighbours.forEach(server::succeeded);
        List<String> replicas = attempts(deadly).stream()
                .map(attempt -> attempt.get("replica").asString())
                .toList();
        Set<String> neighbourReplicas = neighbours.stream()
                .flatMap(run -> attempts(server.get("/api/v1/runs/" + run)).stream())
                .map(attempt -> attempt.get("replica").asString())
                .collect(Collectors.toSet());
        assertThat(new HashSet<>(replicas.subList(2, 4))).doesNotContainAnyElementsOf(neighbourReplicas);
    }

    @Test
    void aReplicaWhoseTaskDoesNotStopIsDrainedAndEndedAndItsNeighboursFinish() {
        server.deployExample("trouble", Map.of("replicas", List.of(1, 3), "concurrency", 21, "idleTtl", 60));
        server.succeeded(server.submit("trouble", "slow", Map.of("millis", 1)));
        String deaf = server.submit("trouble", "deaf", Map.of("millis", 120_000));
        String neighbour = server.submit("trouble", "slow", Map.of("millis", 5_000));
        await().until(() -> phase(deaf).equals("RUNNING") && phase(neighbour).equals("RUNNING"));
        String replica = action(deaf).get("replica").asString();

        server.post("/api/v1/runs/" + deaf + "/cancel", null);
        assertThat(phase(deaf)).isEqualTo("ABORTED");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> replicaPhase("trouble", replica).equals("DRAINING"));
        assertThat(attempts(server.succeeded(neighbour))).hasSize(1);
        await().atMost(Duration.ofSeconds(15))
                .until(() -> replicaPhase("trouble", replica).equals("STOPPED"));
    }

    @Test
    void aCancelledRunOfFiveThousandIsOverAtOnceAndItsReplicasStayWarm() {
        server.deployExample("sleeper", Map.of("replicas", 5, "concurrency", 500, "idleTtl", 120));
        String run = server.submit("sleeper", "naps", Map.of("n", 5_000, "millis", 120_000));
        await().atMost(Duration.ofSeconds(90)).until(() -> count(run, "RUNNING") >= 2_500);
        Set<String> before = ready("sleeper");

        Instant start = Instant.now();
        server.post("/api/v1/runs/" + run + "/cancel", null);
        await().pollInterval(Duration.ofMillis(20)).until(() -> count(run, "ABORTED") == 5_001);
        Duration took = Duration.between(start, Instant.now());

        server.succeeded(server.submit("sleeper", "naps", Map.of("n", 2_000, "millis", 1)));
        Duration free = Duration.between(start, Instant.now());
        System.out.printf(
                "Cancel of 5,001 actions, 2,501 of them running: all terminal after %d ms; another 2,000 naps done on the same"
                        + " replicas %d ms after the cancel%n",
                took.toMillis(), free.toMillis());
        assertThat(took).isLessThan(Duration.ofSeconds(10));
        assertThat(ready("sleeper"))
                .as(() -> server.everyReplica("sleeper").toString())
                .isEqualTo(before);
    }

    @Test
    void aParentThatIsCancelledWhileItWaitsForItsChildrenDoesNotHoldItsDrainingReplica() {
        server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 100, "idleTtl", 120));
        server.deployExample("family", Map.of("replicas", 1, "concurrency", 10, "idleTtl", 120));
        String run = server.submit("family", "gather", Map.of("n", 1, "millis", 600_000));
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        count(run, "RUNNING") == 2 && action(run).get("parked").asBoolean());
        String replica = action(run).get("replica").asString();
        server.post("/api/v1/replicas/" + replica + "/drain", Map.of());

        server.post("/api/v1/runs/" + run + "/cancel", null);

        assertThat(phase(run)).isEqualTo("ABORTED");
        await("it is gone")
                .atMost(Duration.ofSeconds(20))
                .until(() -> replicaPhase("family", replica).equals("STOPPED"));
    }

    @Test
    void aParentKilledAfterHalfOfItsChildrenRunsOnlyTheRest() {
        server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 100, "idleTtl", 120));
        server.deployExample("family", Map.of("replicas", 1, "concurrency", 10, "idleTtl", 120));
        String run = server.submit("family", "gather", Map.of("n", 10_000, "millis", 100));
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> count(run, "SUCCEEDED") >= 5_000);
        JsonNode parent = server.replicas("family").getFirst();
        ProcessHandle.of(pid(parent)).orElseThrow().destroyForcibly();
        int done = count(run, "SUCCEEDED");

        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(10_000);
        List<JsonNode> actions = server.actions(run);
        long childAttempts = actions.stream()
                .filter(action -> action.hasNonNull("parent"))
                .mapToLong(action -> action.get("attempts").size())
                .sum();
        System.out.printf(
                "Parent killed after %d of 10,000 children: %d attempts of children in all, %d of the parent%n",
                done, childAttempts, attempts(server.get("/api/v1/runs/" + run)).size());
        assertThat(done).isBetween(5_000, 9_999);
        assertThat(childAttempts).isEqualTo(10_000);
        assertThat(attempts(server.get("/api/v1/runs/" + run))).hasSize(2);
    }

    @Test
    void aParentTriedAgainAfterAKillKnowsItsChildrenWhateverTheOrderOfTheirSetsAndMaps() {
        server.deployExample("family", Map.of("replicas", 1, "concurrency", 10, "idleTtl", 120));
        String run = server.submit("family", "labels", Map.of("n", 3, "millis", 600_000));
        await().atMost(Duration.ofSeconds(60)).until(() -> count(run, "SUCCEEDED") == 3);
        String replica = action(run).get("replica").asString();
        JsonNode victim = server.replicas("family").stream()
                .filter(each -> each.get("id").asString().equals(replica))
                .findFirst()
                .orElseThrow();
        ProcessHandle.of(pid(victim)).orElseThrow().destroyForcibly();

        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(3);
        assertThat(attempts(server.get("/api/v1/runs/" + run))).hasSize(2);
        assertThat(server.actions(run))
                .filteredOn(action -> action.hasNonNull("parent"))
                .hasSize(3)
                .allMatch(child -> child.get("attempts").size() == 1);
    }

    @Test
    void aHundredExecutionsOfAKilledReplicaAreDoneElsewhere() {
        server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 100, "idleTtl", 120));
        server.deployExample("family", Map.of("replicas", 1, "concurrency", 10, "idleTtl", 120));
        server.succeeded(server.submit("family", "gather", Map.of("n", 1, "millis", 1)));
        await().atMost(Duration.ofSeconds(30)).until(() -> server.ready("sleeper") == 2);
        String run = server.submit("family", "gather", Map.of("n", 200, "millis", 1_500));
        await().pollInterval(Duration.ofMillis(20)).until(() -> count(run, "RUNNING") == 201);
        JsonNode victim = server.replicas("sleeper").stream()
                .filter(replica -> replica.get("phase").asString().equals("READY"))
                .findFirst()
                .orElseThrow();

        Instant kill = Instant.now();
        ProcessHandle.of(pid(victim)).orElseThrow().destroyForcibly();
        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(200);
        Duration took = Duration.between(kill, Instant.now());

        long twice = server.actions(run).stream()
                .filter(action -> action.hasNonNull("parent"))
                .filter(action -> action.get("attempts").size() == 2)
                .count();
        System.out.printf(
                "Replica killed with 100 of 200 naps of 1.5 s in flight: all done elsewhere %d ms after the kill, %d of"
                        + " them in their second attempt%n",
                took.toMillis(), twice);
        assertThat(twice).isEqualTo(100);
        assertThat(took).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void aDatabaseThatIsKilledUnderLoadComesBackAndNothingElseIsRestarted() throws IOException {
        server.deployExample("reuse_concurrency", Map.of("replicas", 2, "concurrency", 20, "idleTtl", 120));
        server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 50, "idleTtl", 120));
        server.exchange("POST", "/api/v1/environments/sleeper/warm", null, null);
        await().atMost(Duration.ofSeconds(60)).until(() -> ready("sleeper").size() == 2);
        String run = server.submit("sleeper", "naps", Map.of("n", 2_000, "millis", 200));
        await().atMost(Duration.ofSeconds(90)).until(() -> count(run, "SUCCEEDED") > 200);
        Set<String> before = ready("sleeper");

        long postmaster = Long.parseLong(Files.readAllLines(folder.resolve("home/postgres/data/postmaster.pid"))
                .getFirst());
        Instant kill = Instant.now();
        ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();

        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> server.exchange("GET", "/api/v1/runs/" + run, null, null)
                                .statusCode()
                        == 200);
        Duration back = Duration.between(kill, Instant.now());
        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(2_000);
        System.out.printf("PostgreSQL killed under load: it answers again after %d ms%n", back.toMillis());
        assertThat(ready("sleeper")).as("replicas that were warm before").isEqualTo(before);
        assertThat(server.succeeded(server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 100)))
                        .get("output")
                        .asInt())
                .isEqualTo(99 * 100 / 2);
    }

    private static String submit(String task, Object input, Map<String, Object> overrides) {
        Map<String, Object> body =
                new java.util.TreeMap<>(Map.of("environment", "trouble", "task", task, "overrides", overrides));
        if (input != null) {
            body.put("input", input);
        }
        return server.post("/api/v1/runs", body).get("name").asString();
    }

    private static JsonNode ended(String run) {
        await("run " + run + " ends")
                .atMost(Duration.ofMinutes(2))
                .until(() -> server.get("/api/v1/runs/" + run + "?wait=30s").hasNonNull("endedAt"));
        return server.get("/api/v1/runs/" + run);
    }

    private static String code(JsonNode run) {
        return run.get("error").get("code").asString();
    }

    private static String phase(String run) {
        return server.get("/api/v1/runs/" + run).get("phase").asString();
    }

    private static int count(String run, String phase) {
        return server.get("/api/v1/runs/" + run).get("actions").path(phase).asInt(0);
    }

    private static JsonNode action(String run) {
        return server.get("/api/v1/runs/" + run + "/actions/a0");
    }

    private static List<JsonNode> attempts(JsonNode run) {
        return action(run.get("name").asString()).get("attempts").valueStream().toList();
    }

    private static List<String> codes(JsonNode run) {
        return attempts(run).stream()
                .map(attempt -> attempt.path("error").path("code").asString("none"))
                .toList();
    }

    private static Set<String> ready(String environment) {
        return server.replicas(environment).stream()
                .filter(replica -> replica.get("phase").asString().equals("READY"))
                .map(replica -> replica.get("id").asString())
                .collect(Collectors.toSet());
    }

    private static String replicaPhase(String environment, String id) {
        return server.everyReplica(environment).stream()
                .filter(replica -> replica.get("id").asString().equals(id))
                .map(replica -> replica.get("phase").asString())
                .findFirst()
                .orElseThrow();
    }

    /** From the placement that people read: "pid 4711 on host". */
    private static long pid(JsonNode replica) {
        return Long.parseLong(replica.get("placement").asString().split(" ")[1]);
    }
}
