package dev.hearth.controlplane.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.EngineServer;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.TestDatabase.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** F11: somebody's forgotten transaction is noticed, named, answered with less load, and forgotten when it ends. */
@ExtendWith(OutputCaptureExtension.class)
class QueueWatchTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Database database;
    private static EngineServer server;

    @BeforeAll
    static void start(@TempDir Path home) {
        database = TestDatabase.fresh();
        server = EngineServer.start(
                home,
                database,
                "--hearth.queue-health.oldest-transaction=1s",
                "--hearth.queue-health.interval=100ms",
                "--spring.datasource.hikari.connection-init-sql=SET statement_timeout = '300ms'");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aForgottenTransactionRaisesTheAlarmShedsPagesAndListsAndItsEndClearsBoth(CapturedOutput output)
            throws Exception {
        await().atMost(SOON).until(() -> get("/").statusCode() == 200);
        try (Connection forgotten = connect("nightly report")) {
            forgotten.setAutoCommit(false);
            long pid;
            try (Statement statement = forgotten.createStatement();
                    var row = statement.executeQuery("SELECT pg_backend_pid(), pg_current_xact_id()")) {
                row.next();
                pid = row.getLong(1);
            }

            await().atMost(SOON).until(() -> get("/").statusCode() == 503);
            HttpResponse<String> list = get("/api/v1/runs");
            assertThat(list.statusCode()).isEqualTo(503);
            assertThat(list.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(list.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(list.body()).contains("pid " + pid, "nightly report", "pg_terminate_backend(" + pid + ")");
            assertThat(get("/api/v1/runs/r1").statusCode())
                    .as("a single run is looked for")
                    .isEqualTo(404);
            assertThat(get("/api/v1/environments").statusCode()).isEqualTo(200);
            HttpResponse<String> health = get("/actuator/health");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).contains("\"status\":\"ALARM\"", "\"pid\":" + pid, "\"remedy\"");
            assertThat(gauge("hearth.queue.alarm")).isEqualTo(1);
            assertThat(gauge("hearth.queue.oldest.xmin.seconds")).isGreaterThan(1);
        }
        await().atMost(SOON).until(() -> get("/").statusCode() == 200);
        assertThat(get("/api/v1/runs").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/health").body()).doesNotContain("ALARM");
        assertThat(gauge("hearth.queue.alarm")).isZero();
        assertThat(output.getOut().split("queue alarm: ", -1))
                .as("told once, however long it lasts")
                .hasSize(2);
        assertThat(output.getOut().split("queue alarm is over", -1)).hasSize(2);
    }

    @Test
    void anIdleTransactionThatKeepsNothingAliveIsLeftAlone() throws Exception {
        try (Connection harmless = connect("harmless")) {
            harmless.setAutoCommit(false);
            try (Statement statement = harmless.createStatement()) {
                statement.execute("SELECT 1");
            }
            QueueFigures figures = server.bean(QueueHealthStore.class).look();
            assertThat(figures.oldest() == null
                            || !figures.oldest().application().equals("harmless"))
                    .isTrue();
        }
    }

    @Test
    void deadRowsAreCounted() {
        JdbcClient sql = server.bean(JdbcClient.class);
        sql.sql("""
                INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at, available_at,
                                    input_type)
                SELECT 'dead', 'a' || n, 'e', 0, 't', 0, 'SUCCEEDED', now(), now(), '' FROM generate_series(1, 50) n""").update();
        sql.sql("DELETE FROM action WHERE run = 'dead'").update();
        await("the statistics tell")
                .atMost(SOON)
                .until(() -> server.bean(QueueHealthStore.class).look().deadRows() >= 50);
    }

    @Test
    void aStatementOfThePoolThatTakesTooLongIsEnded() {
        assertThatExceptionOfType(QueryTimeoutException.class)
                .isThrownBy(() -> server.bean(JdbcClient.class)
                        .sql("SELECT pg_sleep(60)")
                        .query((row, n) -> n)
                        .list());
    }

    private static double gauge(String name) {
        return server.bean(MeterRegistry.class).get(name).gauge().value();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.address() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Connection connect(String application) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("ApplicationName", application);
        // Else the driver keeps its last portal open, and a snapshot with it.
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(database.url(), properties);
    }
}
