package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What survives kill -9. */
class CrashIT {
    private static final int CHILDREN = 500;

    @Test
    void aRunOutlivesAKillOfTheControlPlaneAndCountsEachChildOnce(@TempDir Path folder) {
        LiveServer server = LiveServer.start(folder.resolve("home"));
        server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 20, "idleTtl", 60));
        String run = server.submit("sleeper", "naps", Map.of("n", CHILDREN, "millis", 400));
        await().atMost(Duration.ofSeconds(60)).until(() -> succeeded(server, run) > 50);

        server.killHard();
        server.start();

        JsonNode view = server.succeeded(run);
        assertThat(view.get("output").asInt()).isEqualTo(CHILDREN);
        List<JsonNode> actions = server.actions(run);
        Set<String> names = new HashSet<>();
        actions.forEach(action -> names.add(action.get("name").asString()));
        assertThat(names).hasSize(CHILDREN + 1);
        assertThat(actions).hasSize(CHILDREN + 1).allSatisfy(action -> {
            assertThat(action.get("phase").asString()).isEqualTo("SUCCEEDED");
            assertThat(action.get("attempts")
                            .valueStream()
                            .filter(attempt -> attempt.get("phase").asString().equals("SUCCEEDED")))
                    .as("one attempt of %s counts", action.get("name"))
                    .hasSize(1);
        });
        server.close();
        assertThat(server.workerProcesses()).isZero();
    }

    @Test
    void aKilledReplicaIsReplacedAndItsWorkIsDoneElsewhere(@TempDir Path folder) {
        try (LiveServer server = LiveServer.start(folder.resolve("home"))) {
            server.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 10, "idleTtl", 60));
            String run = server.submit("sleeper", "naps", Map.of("n", 100, "millis", 300));
            await().atMost(Duration.ofSeconds(60)).until(() -> succeeded(server, run) > 10);

            String parentsReplica = server.get("/api/v1/runs/" + run + "/actions/a0")
                    .get("replica")
                    .asString();
            JsonNode victim = server.replicas("sleeper").stream()
                    .filter(replica -> !replica.get("id").asString().equals(parentsReplica))
                    .findFirst()
                    .orElseThrow();
            ProcessHandle.of(pid(victim)).orElseThrow().destroyForcibly();

            assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(100);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> server.replicas("sleeper").stream()
                                    .filter(replica ->
                                            replica.get("phase").asString().equals("READY"))
                                    .count()
                            == 2);
            assertThat(server.actions(run).stream()
                            .filter(action -> action.get("attempts").size() > 1))
                    .as("lost attempts were tried again")
                    .isNotEmpty();
        }
    }

    /** F7: whether it is killed or stopped in order, the next one finds the same processes, with what they have in memory. */
    @Test
    void aRestartLosesNoWarmReplica(@TempDir Path folder) {
        LiveServer server =
                new LiveServer(folder.resolve("home")).with("HEARTH_PROVISIONING_KEEPREPLICASONSHUTDOWN", "true");
        server.start();
        server.deployExample("counter", Map.of("replicas", 1, "idleTtl", 120));
        long pid = count(server, 1);

        server.killHard();
        server.start();
        assertThat(count(server, 2)).isEqualTo(pid);

        server.stop();
        server.start();
        assertThat(count(server, 3)).isEqualTo(pid);

        server.post("/api/v1/environments/counter/retire", Map.of());
        await().atMost(Duration.ofSeconds(30)).until(() -> server.workerProcesses() == 0);
        server.close();
    }

    private static long count(LiveServer server, int expected) {
        JsonNode output = server.succeeded(server.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                        .get("name")
                        .asString())
                .get("output");
        assertThat(output.get("count").asInt()).isEqualTo(expected);
        return output.get("pid").asLong();
    }

    private static int succeeded(LiveServer server, String run) {
        return server.get("/api/v1/runs/" + run)
                .get("actions")
                .path("SUCCEEDED")
                .asInt(0);
    }

    /** From the placement that people read: "pid 4711 on host". */
    private static long pid(JsonNode replica) {
        return Long.parseLong(replica.get("placement").asString().split(" ")[1]);
    }
}
