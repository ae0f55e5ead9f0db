package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.Relay;
import dev.hearth.controlplane.TestDatabase;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As when both are restarted at once: whichever comes up first. */
@Tag("beside-others")
class LateDatabaseIT {

    @Test
    void aServerThatStartsBeforeItsDatabaseWaitsForIt(@TempDir Path folder) throws Exception {
        TestDatabase.Database database = TestDatabase.fresh();
        URI address = URI.create(database.url().substring("jdbc:".length()));
        int port;
        try (ServerSocket free = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (LiveServer server = new LiveServer(folder.resolve("home"))
                .with("HEARTH_DB_URL", database.url().replace(":" + address.getPort() + "/", ":" + port + "/"))
                .with("HEARTH_DB_USER", database.user())
                .with("HEARTH_DB_PASSWORD", database.password())) {
            CompletableFuture<Void> start = CompletableFuture.runAsync(server::start);
            Path log = folder.resolve("home/server.log");
            await("it tries again")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> Files.exists(log) && Files.readString(log).contains("Connection error"));
            assertThat(start).isNotDone();

            try (Relay late = Relay.at(port, address.getPort())) {
                start.join();
                assertThat(server.get("/api/v1/environments").get("items")).isEmpty();
                server.close();
            }
        }
    }

    @Test
    void aServerThatStartsWhileItsDatabaseIsReadOnlySaysSoAndGoesOnWhenItWrites(@TempDir Path folder) throws Exception {
        TestDatabase.Database database = TestDatabase.fresh();
        String setting = "ALTER DATABASE " + database.name() + " %s default_transaction_read_only";
        try (LiveServer server = new LiveServer(folder.resolve("home"))
                        .with("HEARTH_DB_URL", database.url())
                        .with("HEARTH_DB_USER", database.user())
                        .with("HEARTH_DB_PASSWORD", database.password());
                Connection connection =
                        DriverManager.getConnection(database.url(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute(setting.formatted("SET") + " = on");
            CompletableFuture<Void> start = CompletableFuture.runAsync(server::start);
            Path log = folder.resolve("home/server.log");
            await("it says why it waits")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> Files.exists(log)
                            && Files.readString(log).contains("the server at its address is read-only"));
            assertThat(start).isNotDone();

            statement.execute(setting.formatted("RESET"));
            start.join();
            assertThat(server.get("/api/v1/environments").get("items")).isEmpty();
            server.close();
        }
    }
}
