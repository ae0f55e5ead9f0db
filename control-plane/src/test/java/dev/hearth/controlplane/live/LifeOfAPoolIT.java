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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The main job and the life of pools, on a real server with real worker processes. */
class LifeOfAPoolIT {
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
    void theSourcesExampleRunsOnTwoReplicas() {
        server.deployExample("reuse_concurrency", Map.of("replicas", 2, "concurrency", 100));
        // Cold, the first replica could be done with all of it before the second is there.
        server.succeeded(server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 1)));
        await().atMost(Duration.ofSeconds(60)).until(() -> server.ready("reuse_concurrency") == 2);

        String run = server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 500));

        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(124_750);
        List<JsonNode> actions = server.actions(run);
        assertThat(actions).hasSize(501);
        assertThat(actions.stream()
                        .map(action -> action.get("replica").asString())
                        .distinct())
                .as("both replicas took part")
                .hasSize(2);
        assertThat(actions).allSatisfy(action -> {
            assertThat(action.get("attempts")).hasSize(1);
            JsonNode attempt = action.get("attempts").get(0);
            assertThat(instant(attempt, "queuedAt")).isBeforeOrEqualTo(instant(attempt, "dispatchedAt"));
            assertThat(instant(attempt, "dispatchedAt")).isBeforeOrEqualTo(instant(attempt, "acknowledgedAt"));
            assertThat(instant(attempt, "acknowledgedAt")).isBeforeOrEqualTo(instant(attempt, "startedAt"));
            assertThat(instant(attempt, "startedAt")).isBeforeOrEqualTo(instant(attempt, "endedAt"));
        });
        assertThat(server.replicas("reuse_concurrency")).hasSize(2).allSatisfy(replica -> {
            assertThat(replica.get("phase").asString()).isEqualTo("READY");
            assertThat(replica.get("coldStartMs").asLong()).isPositive();
        });
    }

    /** As anybody would see it who looks between two transactions. */
    @Test
    void inNoCommittedMomentDoMoreHoldASlotThanThereAre() {
        server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 20));
        server.deployExample("family", Map.of("replicas", 1, "concurrency", 10));
        JdbcClient sql = PlayedReplica.database(server);
        sql.sql("CREATE TABLE overbooked (replica bigint, held bigint, slots int)")
                .update();
        sql.sql("""
                CREATE FUNCTION note_overbooked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    INSERT INTO overbooked
                    SELECT r.id, count(*), r.slots FROM replica r
                    JOIN action a ON a.replica_id = r.id AND a.phase = 'RUNNING' AND NOT a.parked
                    WHERE r.id = NEW.replica_id GROUP BY r.id HAVING count(*) > r.slots;
                    RETURN NULL;
                END $$""").update();
        sql.sql("""
                CREATE CONSTRAINT TRIGGER note_overbooked AFTER UPDATE ON action DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (NEW.phase = 'RUNNING' AND NEW.environment = 'sleeper')
                EXECUTE FUNCTION note_overbooked()""").update();

        String run = server.submit("family", "gather", Map.of("n", 3_000, "millis", 1));

        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(3_000);
        sql.sql("DROP TRIGGER note_overbooked ON action").update();
        assertThat(sql.sql("SELECT DISTINCT replica, held, slots FROM overbooked LIMIT 5")
                        .query()
                        .listOfRows())
                .isEmpty();
    }

    @Test
    void staticStateIsKeptBetweenExecutionsOfOneProcess() {
        server.deployExample("counter", Map.of("replicas", 2, "concurrency", 1));
        // The first alone could be done before the second is there.
        server.exchange("POST", "/api/v1/environments/counter/warm", null, null);
        await().atMost(Duration.ofSeconds(60)).until(() -> server.ready("counter") == 2);

        List<String> runs = IntStream.range(0, 20)
                .mapToObj(call -> server.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                        .get("name")
                        .asString())
                .toList();

        Map<String, List<Integer>> countsByReplica = new HashMap<>();
        Map<String, Long> pidByReplica = new HashMap<>();
        for (String run : runs) {
            JsonNode output = server.succeeded(run).get("output");
            String replica = output.get("replica").asString();
            countsByReplica
                    .computeIfAbsent(replica, id -> new ArrayList<>())
                    .add(output.get("count").asInt());
            assertThat(pidByReplica.merge(replica, output.get("pid").asLong(), (known, now) -> {
                        assertThat(now).as("a replica is one process").isEqualTo(known);
                        return now;
                    }))
                    .isPositive();
            assertThat(server.get("/api/v1/runs/" + run + "/actions/a0")
                            .get("replica")
                            .asString())
                    .as("the API names the replica that ran the call")
                    .isEqualTo(replica);
        }
        assertThat(countsByReplica).hasSize(2);
        countsByReplica.forEach((replica, counts) -> assertThat(counts)
                .as("replica " + replica + " counts by itself")
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, counts.size()).boxed().toList()));
        assertThat(countsByReplica.values().stream().mapToInt(List::size).sum()).isEqualTo(20);
    }

    @Test
    void aParentAndItsChildrenFinishInOnePoolWithOneSlot() {
        server.deployExample("reusable-env", Map.of("replicas", 1, "concurrency", 1));

        String run = server.post("/api/v1/runs", Map.of("environment", "reusable-env", "task", "main"))
                .get("name")
                .asString();

        JsonNode output = server.succeeded(run).get("output");
        assertThat(IntStream.range(0, output.size()).map(i -> output.get(i).asInt()))
                .containsExactly(0, 1, 4, 9, 16, 25, 36, 49, 64, 81);
    }

    private static Instant instant(JsonNode node, String field) {
        return Instant.parse(node.get(field).asString());
    }
}
