package dev.hearth.controlplane.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hearth.api.Overrides;
import dev.hearth.api.RawJson;
import dev.hearth.controlplane.EngineServer;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.TestDatabase.Database;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TransactionalRuns;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** F8: runs that are part of somebody else's transaction. */
class SubmissionTest {
    private record Order(int id) {}

    private static final Environment SHOP = Environment.named("shop");
    private static final Task<Order, Integer> SHIP = SHOP.task("ship", Order.class, Integer.class, Order::id);

    private static Database database;
    private static JdbcClient sql;
    private static EngineServer server;

    private Connection connection;

    @BeforeAll
    static void start(@TempDir Path home) {
        database = TestDatabase.fresh();
        server = EngineServer.start(home, database);
        sql = JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password()));
        sql.sql("CREATE TABLE customer_order (id int)").update();
        deploy("shop");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = DriverManager.getConnection(database.url(), database.user(), database.password());
        connection.setAutoCommit(false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void aRunStartsWithTheCommitUnderTheNameThatWasAnswered() throws SQLException {
        order(1);
        String name = TransactionalRuns.submit(connection, SHIP, new Order(1));
        assertThat(name).matches("r[a-z2-7]{14}");
        assertThat(waiting(name)).as("nobody else sees it before the commit").isFalse();

        connection.commit();

        awaitRun(name);
        assertThat(orders(1)).isEqualTo(1);
        assertThat(sql.sql("SELECT convert_from(input, 'UTF8') FROM action WHERE run = ?")
                        .param(name)
                        .query(String.class)
                        .single())
                .isEqualTo("{\"id\":1}");
        try (Hearth hearth = Hearth.connect(server.address(), null)) {
            assertThat(hearth.find(name).view().task()).isEqualTo("ship");
        }
    }

    @Test
    void anInputIsStoredAsItWasWrittenWhateverItsTypeInSql() throws SQLException {
        Map<String, String> written = Map.of(
                "'{\"b\" : 1E2,  \"a\":1.10, \"c\":\"\\u0000\\/\"}'",
                        "{\"b\" : 1E2,  \"a\":1.10, \"c\":\"\\u0000\\/\"}",
                "'[-0, 1e400]'::json", "[-0, 1e400]",
                "'1.10'::jsonb", "1.10",
                "' 1 '::text", " 1 ",
                "7", "7",
                "NULL", "null");
        Map<String, String> names = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            for (String input : written.keySet()) {
                ResultSet name =
                        statement.executeQuery("SELECT hearth_submit('default', 'shop', 'ship', " + input + ")");
                name.next();
                names.put(input, name.getString(1));
            }
        }
        names.put("raw", TransactionalRuns.submit(connection, "shop", "ship", RawJson.of("[ 1E2 ]"), null));
        connection.commit();

        for (var each : names.entrySet()) {
            awaitRun(each.getValue());
            assertThat(sql.sql("SELECT convert_from(input, 'UTF8') FROM action WHERE run = ?")
                            .param(each.getValue())
                            .query(String.class)
                            .single())
                    .isEqualTo(written.getOrDefault(each.getKey(), "[ 1E2 ]"));
        }
    }

    @Test
    void anInputThatIsNoJsonIsRefused() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.execute("SELECT hearth_submit('default', 'shop', 'ship', '{1}')"))
                    .withMessageContaining("json");
        } finally {
            connection.rollback();
        }
    }

    @Test
    void aRollbackLeavesNeitherTheOrderNorTheRun() throws SQLException {
        order(2);
        String undone = TransactionalRuns.submit(connection, SHIP, new Order(2));
        connection.rollback();
        String next = TransactionalRuns.submit(connection, SHIP, new Order(3));
        connection.commit();

        awaitRun(next);
        assertThat(runs(undone)).isZero();
        assertThat(waiting(undone)).isFalse();
        assertThat(orders(2)).isZero();
    }

    @Test
    void aPickUpThatDiesBeforeItsDeleteMakesOneRun() throws SQLException {
        sql.sql("""
                CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN OLD; END $$;
                CREATE TRIGGER die BEFORE DELETE ON submission FOR EACH ROW EXECUTE FUNCTION die()""").update();
        String name;
        try {
            name = TransactionalRuns.submit(connection, SHIP, new Order(4));
            connection.commit();
            await().atMost(Duration.ofSeconds(10)).until(() -> runs(name) == 1);
            assertThat(waiting(name)).as("its row outlives the death").isTrue();
        } finally {
            sql.sql("DROP TRIGGER die ON submission").update();
        }
        awaitRun(name);
    }

    @Test
    void severalControlPlanesMakeOneRunOfEach(@TempDir Path home) throws SQLException {
        try (EngineServer second = EngineServer.start(home, database)) {
            assertThat(second.bean(Pickup.class)).isNotNull();
            Set<String> names = new HashSet<>();
            for (int transaction = 0; transaction < 20; transaction++) {
                for (int order = 0; order < 20; order++) {
                    names.add(TransactionalRuns.submit(connection, SHIP, new Order(order)));
                }
                connection.commit();
            }
            assertThat(names).hasSize(400);
            await().atMost(Duration.ofSeconds(20)).until(() -> count("SELECT count(*) FROM submission") == 0);
            assertThat(names).allMatch(name -> runs(name) == 1);
            assertThat(count("SELECT count(*) FROM run")).isEqualTo(count("SELECT count(*) FROM action"));
        }
    }

    @Test
    void oneKeyMeansOneRunInWhateverTransactionAndOverRest() throws Exception {
        String first = TransactionalRuns.submit(connection, SHIP, new Order(5), "order-5");
        assertThat(TransactionalRuns.submit(connection, SHIP, new Order(5), "order-5"))
                .as("within its transaction")
                .isEqualTo(first);
        connection.commit();
        awaitRun(first);
        assertThat(TransactionalRuns.submit(connection, SHIP, new Order(5), "order-5"))
                .as("when the run is known")
                .isEqualTo(first);
        connection.rollback();
        assertThatExceptionOfType(SQLException.class)
                .as("a known run")
                .isThrownBy(() -> TransactionalRuns.submit(connection, SHIP, new Order(55), "order-5"))
                .withMessageContaining("belongs to run " + first)
                .withMessageContaining("another input");
        connection.rollback();
        String open = TransactionalRuns.submit(connection, SHIP, new Order(9), "order-9");
        assertThatExceptionOfType(SQLException.class)
                .as("within its transaction")
                .isThrownBy(() -> TransactionalRuns.submit(connection, SHIP, new Order(10), "order-9"))
                .withMessageContaining("belongs to run " + open);
        connection.rollback();

        String over = TransactionalRuns.submit(connection, SHIP, new Order(6), "order-6");
        assertThat(submitOverRest("order-6"))
                .as("a call that comes before the commit")
                .contains(over);
        connection.commit();
        await().atMost(Duration.ofSeconds(10)).until(() -> !waiting(over));
        assertThat(count("SELECT count(*) FROM run WHERE idempotency_key = 'order-6'"))
                .isEqualTo(1);
    }

    @Test
    void aSubmissionThatLosesItsKeyToACallForSomethingElseLeavesALineThatNamesTheRun() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger pickup = (Logger) LoggerFactory.getLogger(Pickup.class);
        pickup.addAppender(log);
        try {
            String same = TransactionalRuns.submit(connection, SHIP, new Order(6), "order-same");
            String lost = TransactionalRuns.submit(connection, SHIP, new Order(11), "order-lost");
            assertThat(submitOverRest("order-same")).contains(same);
            assertThat(submitOverRest("order-lost")).contains(lost);
            connection.commit();
            awaitRun(same);
            awaitRun(lost);
            assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .singleElement(STRING)
                    .contains(lost, "'order-lost'", "another input");
        } finally {
            pickup.detachAppender(log);
        }
    }

    @Test
    void anInputThatTheTaskCannotReadBecomesARunAllTheSame() throws SQLException {
        String name = TransactionalRuns.submit(connection, "shop", "ship", List.of("no order"), null);
        connection.commit();
        awaitRun(name);
    }

    @Test
    void whatWasAcceptedRunsEvenIfItsEnvironmentIsRetiredBeforeTheCommit() throws SQLException {
        deploy("closing");
        String name = TransactionalRuns.submit(connection, "closing", "ship", new Order(7), null);
        sql.sql("UPDATE environment SET state = 'RETIRED' WHERE name = 'closing'")
                .update();
        connection.commit();
        awaitRun(name);
    }

    @Test
    void refusalsSayWhatToDo() throws SQLException {
        deploy("retired");
        sql.sql("UPDATE environment SET state = 'RETIRED' WHERE name = 'retired'")
                .update();

        refused("There is no environment 'shpo' in project 'default'; deploy it first", "shpo", "ship", null);
        refused("'shop' is no task of environment shop; its tasks are ship", "shop", "shop", null);
        refused("Environment retired is retired; deploy it to run its tasks", "retired", "ship", null);
        refused("idempotency_key must be 1 to 200 characters", "shop", "ship", "two\nlines");
        refused("idempotency_key must be 1 to 200 characters", "shop", "ship", " ");
        refused("project, environment and task are required", "", "ship", null);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> TransactionalRuns.submit(connection, "shop", "ship", "x".repeat(17 << 20), null))
                .withMessageContaining("at most 16777216 are allowed");
    }

    @Test
    void aConnectionWithoutATransactionAndATaskWithOverridesAreRefused() throws SQLException {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() ->
                        TransactionalRuns.submit(connection, SHIP.override(Overrides.fresh("1", "1Gi")), new Order(8)))
                .withMessageContaining("overrides");
        connection.setAutoCommit(true);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> TransactionalRuns.submit(connection, SHIP, new Order(8)))
                .withMessageContaining("setAutoCommit(false)");
    }

    @Test
    void aRoleThatMaySubmitMayDoNothingElse() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE shopkeeper");
            statement.execute("SET LOCAL ROLE shopkeeper");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> TransactionalRuns.submit(connection, SHIP, new Order(9)))
                    .withMessageContaining("permission denied for function hearth_submit");
            connection.rollback();
            statement.execute("CREATE ROLE shopkeeper");
            statement.execute("GRANT EXECUTE ON FUNCTION hearth_submit TO shopkeeper");
            statement.execute("SET LOCAL ROLE shopkeeper");
            assertThat(TransactionalRuns.submit(connection, SHIP, new Order(9))).startsWith("r");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.execute("SELECT * FROM run"))
                    .withMessageContaining("permission denied for table run");
        } finally {
            connection.rollback();
        }
    }

    private void refused(String sentence, String environment, String task, String key) throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> TransactionalRuns.submit(connection, environment, task, new Order(0), key))
                .withMessageContaining(sentence)
                .satisfies(refusal -> assertThat(refusal.getSQLState()).isEqualTo("22023"));
        connection.rollback();
    }

    private static String submitOverRest(String key) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/runs"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"environment": "shop", "task": "ship", "input": {"id": 6}, "idempotencyKey": "%s"}""".formatted(key)))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private void order(int id) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO customer_order VALUES (" + id + ")");
        }
    }

    /** Its run is there, once, and nothing is left to do. */
    private static void awaitRun(String name) {
        await("run " + name).atMost(Duration.ofSeconds(10)).until(() -> runs(name) == 1 && !waiting(name));
        assertThat(sql.sql("SELECT count(*) FROM action WHERE run = ?")
                        .param(name)
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    private static long orders(int id) {
        return count("SELECT count(*) FROM customer_order WHERE id = " + id);
    }

    private static long runs(String name) {
        return count("SELECT count(*) FROM run WHERE name = '" + name + "'");
    }

    private static boolean waiting(String name) {
        return count("SELECT count(*) FROM submission WHERE run = '" + name + "'") > 0;
    }

    private static long count(String statement) {
        return sql.sql(statement).query(Long.class).single();
    }

    /** An active version with the task ship. */
    private static void deploy(String name) {
        long environment = sql.sql("""
                INSERT INTO environment (project, name, state, created_at) VALUES ('default', ?, 'ACTIVE', now())
                RETURNING id""").param(name).query(Long.class).single();
        long pool =
                sql.sql("""
                INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use, concurrency,
                                  replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                VALUES (?, ?, ?, 'process:java', '{}', '{}', false, 1, 0, 1, 1000, 1000, now())
                RETURNING id""").params(name, environment, name).query(Long.class).single();
        long version = sql.sql("""
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, pool_id, deployed_at)
                VALUES (?, 'v', 'ACTIVE', '{}',
                        '[{"name": "ship", "inputSchema": {"type": "object", "required": ["id"]}, "outputSchema": {}}]',
                        ?, now())
                RETURNING id""").params(environment, pool).query(Long.class).single();
        sql.sql("UPDATE environment SET active_version_id = ? WHERE id = ?")
                .params(version, environment)
                .update();
    }
}
