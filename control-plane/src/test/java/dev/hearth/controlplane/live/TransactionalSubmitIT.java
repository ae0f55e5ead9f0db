package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.sdk.TransactionalRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** F8: runs that begin with somebody's commit, through to their output. */
@Tag("beside-others")
class TransactionalSubmitIT {
    @Test
    void aCommittedRunSucceedsAndOneWithAnUnreadableInputFailsSayingSo(@TempDir Path folder) throws Exception {
        try (LiveServer server = LiveServer.start(folder.resolve("home"));
                Connection connection = connect(server)) {
            server.deployExample("sleeper", Map.of("replicas", 1, "concurrency", 10, "idleTtl", 60));

            String good = submit(connection, Map.of("index", 1, "millis", 5));
            String bad = submit(connection, List.of("no nap"));
            connection.commit();

            assertThat(ended(server, good).get("output").asInt()).isEqualTo(5);
            JsonNode failed = ended(server, bad);
            assertThat(failed.get("phase").asString()).isEqualTo("FAILED");
            assertThat(failed.at("/error/code").asString()).isEqualTo("INVALID_INPUT");
        }
    }

    @Test
    void whatWasCommittedBeforeAKillRunsOnceAfterIt(@TempDir Path folder) throws Exception {
        LiveServer server = LiveServer.start(folder.resolve("home"));
        server.deployExample("sleeper", Map.of("replicas", 1, "concurrency", 10, "idleTtl", 60));
        List<String> runs = new ArrayList<>();
        try (Connection connection = connect(server)) {
            for (int transaction = 0; transaction < 30; transaction++) {
                for (int each = 0; each < 10; each++) {
                    runs.add(submit(connection, Map.of("index", each, "millis", 1)));
                }
                connection.commit();
            }
            server.killHard();
        }
        server.start();
        runs.forEach(server::succeeded);
        try (Connection connection = connect(server)) {
            assertThat(count(connection, "SELECT count(*) FROM run")).isEqualTo(runs.size());
            assertThat(count(connection, "SELECT count(*) FROM action")).isEqualTo(runs.size());
            assertThat(count(connection, "SELECT count(*) FROM submission")).isZero();
        }
        server.close();
    }

    private static String submit(Connection connection, Object input) throws Exception {
        return TransactionalRuns.submit(connection, "sleeper", "nap", input, null);
    }

    /** The run appears a moment after the commit. */
    private static JsonNode ended(LiveServer server, String run) {
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            var answer = server.exchange("GET", "/api/v1/runs/" + run, null, null);
            return answer.statusCode() == 200 && answer.body().contains("\"endedAt\":\"");
        });
        return server.get("/api/v1/runs/" + run);
    }

    private static Connection connect(LiveServer server) throws Exception {
        Connection connection = DriverManager.getConnection(
                Files.readString(server.home().resolve("postgres").resolve("jdbc-url")));
        connection.setAutoCommit(false);
        return connection;
    }

    private static long count(Connection connection, String statement) throws Exception {
        try (var query = connection.createStatement();
                var row = query.executeQuery(statement)) {
            row.next();
            return row.getLong(1);
        }
    }
}
