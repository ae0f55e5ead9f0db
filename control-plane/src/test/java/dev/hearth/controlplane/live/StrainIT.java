package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.TestDatabase;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A server that has nothing to do, one that is asked more than it has connections for, and one that is told to stop. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StrainIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** How long a reader waits for a connection; less than that is how soon leases must be renewed. */
    private static final Duration CONNECTION_WITHIN = Duration.ofSeconds(8);

    private static final int ENVIRONMENTS = 200;

    /** Of the pool that serves requests. */
    private static final int CONNECTIONS = 2;

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static DriverManagerDataSource database;
    private static JdbcClient sql;

    @BeforeAll
    static void start() {
        TestDatabase.Database fresh = TestDatabase.fresh();
        database = new DriverManagerDataSource(fresh.url(), fresh.user(), fresh.password());
        sql = JdbcClient.create(database);
        server = new LiveServer(folder.resolve("home"))
                .with("HEARTH_DB_URL", fresh.url())
                .with("HEARTH_DB_USER", fresh.user())
                .with("HEARTH_DB_PASSWORD", fresh.password())
                .with("SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE", Integer.toString(CONNECTIONS))
                .with("SPRING_DATASOURCE_HIKARI_CONNECTIONTIMEOUT", Long.toString(CONNECTION_WITHIN.toMillis()))
                .with("SPRING_DATASOURCE_HIKARI_CONNECTIONINITSQL", "SET statement_timeout = '2min'");
        server.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    @Order(1)
    void aQuietServerSendsAFewTransactionsASecondHoweverManyEnvironmentsThereAre() {
        sql.sql("""
                WITH e AS (
                    INSERT INTO environment (project, name, state, created_at)
                    SELECT 'default', 'quiet-' || n, 'ACTIVE', now() FROM generate_series(1, ?) n RETURNING id, name
                ), p AS (
                    INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use, concurrency,
                                      replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                    SELECT name, id, name, 'process:java', '{"cpu": "1", "memory": "256Mi", "gpu": 0}', '{}', false, 1,
                           1, 2, 1000, 1000, now()
                    FROM e RETURNING id, environment_id
                )
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, pool_id, deployed_at)
                SELECT environment_id, 'v', 'ACTIVE', '{}', '[]', id, now() FROM p
                """).param(ENVIRONMENTS).update();
        sql.sql("""
                UPDATE environment e SET active_version_id = v.id FROM environment_version v WHERE v.environment_id = e.id
                """).update();

        Reading first = Reading.take();
        await("some seconds pass, in which nobody asks for anything")
                .atMost(PATIENCE)
                .pollDelay(Duration.ofSeconds(5))
                .until(() -> true);
        double perSecond = Reading.take().perSecondSince(first);

        System.out.printf("A quiet server with %d environments: %.1f transactions a second%n", ENVIRONMENTS, perSecond);
        assertThat(perSecond).as("transactions a second").isBetween(1.0, 20.0);
    }

    @Test
    @Order(2)
    void whenReadersHoldEveryConnectionRunsAndHeartbeatsGoOnAndHealthTells() throws SQLException {
        server.deployExample("sleeper", Map.of("replicas", 1, "concurrency", 1, "idleTtl", "PT10M"));
        server.succeeded(server.submit("sleeper", "naps", Map.of("n", 1, "millis", 1)));
        String run = server.submit("sleeper", "naps", Map.of("n", 80, "millis", 50));

        try (Connection holder = database.getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("LOCK TABLE scaling_decision IN ACCESS EXCLUSIVE MODE");
            await("each connection serves a reader that waits").atMost(PATIENCE).until(() -> {
                get("/api/v1/environments/sleeper/decisions");
                return blocked() == CONNECTIONS;
            });
            String now = text("SELECT now()::text");
            CompletableFuture<HttpResponse<String>> reader = get("/api/v1/runs/" + run);
            CompletableFuture<HttpResponse<String>> health = get("/actuator/health");
            assertThat(text("SELECT phase FROM run WHERE name = '" + run + "'")).isEqualTo("RUNNING");

            for (String heart : List.of("replica", "control_plane")) {
                await("the lease of the " + heart + " is renewed")
                        .atMost(CONNECTION_WITHIN.minusSeconds(2))
                        .until(() -> isRenewed(heart, now));
            }
            assertThat(get("/actuator/health/liveness").join().statusCode())
                    .as("nobody should restart it for that")
                    .isEqualTo(200);
            await("the run ends")
                    .atMost(PATIENCE)
                    .until(() -> text("SELECT phase FROM run WHERE name = '" + run + "'")
                            .equals("SUCCEEDED"));
            assertThat(health.join().statusCode()).isEqualTo(503);
            assertThat(reader.join().headers().firstValue("Retry-After"))
                    .as("who finds no connection is told when to come back")
                    .isPresent();
            assertThat(blocked()).as("all that while").isEqualTo(CONNECTIONS);
            holder.rollback();
        }
        await().atMost(PATIENCE)
                .until(() ->
                        server.exchange("GET", "/actuator/health", null, null).statusCode() == 200);
        assertThat(text("SELECT string_agg(phase, ',') FROM replica")).isEqualTo("READY");
    }

    /** The last one: the server is gone after it. */
    @Test
    @Order(3)
    void whileItStopsItsReplicasBeatUntilTheirLastReportIsCommitted() {
        server.deployExample("sleeper", Map.of("replicas", 1, "concurrency", 1, "idleTtl", "PT10M"));
        String run = server.submit("sleeper", "nap", Map.of("index", 0, "millis", 6_000));
        await().atMost(PATIENCE)
                .until(() -> server.get("/api/v1/runs/" + run)
                        .get("phase")
                        .asString()
                        .equals("RUNNING"));

        String told = text("SELECT now()::text");
        CompletableFuture<Void> stop = CompletableFuture.runAsync(server::stop);
        await("beats go on while it waits for the run").atMost(PATIENCE).until(() -> isRenewed("replica", told));
        assertThat(text("SELECT phase FROM run WHERE name = '" + run + "'")).isEqualTo("RUNNING");
        stop.join();

        assertThat(text("SELECT phase FROM run WHERE name = '" + run + "'")).isEqualTo("SUCCEEDED");
        assertThat(text("""
                        SELECT string_agg(t.phase, ',') FROM attempt t JOIN action a ON a.id = t.action_id
                        WHERE a.run = '%s'""".formatted(run))).isEqualTo("SUCCEEDED");
        assertThat(text("SELECT string_agg(phase, ',') FROM replica")).isEqualTo("STOPPED");
        assertThat(server.workerProcesses()).isZero();
    }

    /** What the database had done at a moment of its own clock. */
    private record Reading(double transactions, double seconds) {
        static Reading take() {
            return sql.sql("""
                    SELECT xact_commit + xact_rollback AS transactions, extract(epoch FROM clock_timestamp()) AS seconds
                    FROM pg_stat_database WHERE datname = current_database()
                    """)
                    .query((row, n) -> new Reading(row.getDouble("transactions"), row.getDouble("seconds")))
                    .single();
        }

        double perSecondSince(Reading before) {
            return (transactions - before.transactions) / (seconds - before.seconds);
        }
    }

    /** By more than what was under way at that time. */
    private static boolean isRenewed(String table, String since) {
        return sql.sql("SELECT bool_and(seen_at > ?::timestamptz + interval '2 s') FROM " + table
                        + " WHERE seen_at IS NOT NULL")
                .param(since)
                .query(Boolean.class)
                .single();
    }

    private static CompletableFuture<HttpResponse<String>> get(String path) {
        CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                answer.complete(server.exchange("GET", path, null, null));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private static long blocked() {
        return sql.sql("""
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%scaling_decision%'
                """).query(Long.class).single();
    }

    private static String text(String query) {
        return sql.sql(query).query(String.class).single();
    }
}
