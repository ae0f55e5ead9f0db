package dev.hearth.controlplane.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hearth.controlplane.Relay;
import dev.hearth.controlplane.TestDatabase.Database;
import dev.hearth.controlplane.run.RunApi;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/** A server whose database becomes read-only, is replaced by another, refuses it or falls silent. Real ones, over real HTTP. */
class FailoverTest {
    private static final Duration SOON = Duration.ofSeconds(40);

    /** Of an outage, however long: those of its beginning and its end, and one each half a minute. */
    private static final int MOST_LINES = 25;

    /** Of Hearth: owns its database, and is no superuser, to whom no limits apply. */
    private static final String ROLE = "hearth";

    /** A port at which nobody listens. */
    private static final int NOBODY = 1;

    private static final String CUT_OFF = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'""";

    @TempDir
    private Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private EmbeddedPostgres server;
    private Relay address;
    private RunApi api;

    @BeforeEach
    void start() throws Exception {
        server = postgres(folder.resolve("first"));
        execute("CREATE ROLE hearth LOGIN", "ALTER DATABASE postgres OWNER TO hearth");
        address = Relay.at(0, server.getPort());
        start(url(address.port()));
        log.start();
        root().addAppender(log);
    }

    private void start(String url) {
        api = RunApi.start(
                folder.resolve("home"),
                new Database("postgres", url, ROLE, ""),
                "--spring.datasource.hikari.data-source-properties.socketTimeout=3",
                "--spring.datasource.hikari.connection-timeout=2000");
        assertThat(submit().status()).isEqualTo(201);
    }

    @AfterEach
    void stop() throws Exception {
        root().detachAppender(log);
        api.close();
        address.close();
        server.close();
    }

    @Test
    void whileItIsReadOnlyCallersAreTurnedAwayAndReadinessTellsItAndSoonAfterRunsAreTakenAgain() throws Exception {
        int before = stored();
        execute("ALTER DATABASE postgres SET default_transaction_read_only = on", CUT_OFF);

        await("it is noticed").atMost(SOON).until(() -> submit().text().contains("Nothing of this request was stored"));
        RunApi.Answer refused = submit();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(api.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(api.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(reason()).contains("read-only");
        assertThat(api.get("/api/v1/runs").status())
                .as("what is there can be read")
                .isEqualTo(200);
        // Nothing ends the sessions that are read-only for good.
        execute(
                "SET default_transaction_read_only = off",
                "ALTER DATABASE postgres RESET default_transaction_read_only");

        runsAreTaken();
        assertThat(stored()).as("only what was accepted").isEqualTo(before + 1);
        assertThat(api.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(lines()).hasSizeLessThan(MOST_LINES).anyMatch(line -> line.contains("can be written to again"));
    }

    @Test
    void behindOneAddressAPromotedStandbyIsUsedThoughTheOldServerLivesOnReadOnly() throws Exception {
        try (EmbeddedPostgres promoted = standby()) {
            runsAreTaken();
            int before = stored(promoted);
            // As a failover leaves it: its sessions live on and write no more.
            execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
            itIsNoticed();
            address.leadTo(promoted.getPort());

            runsAreTaken();
            assertThat(stored(promoted)).isEqualTo(before + 1);
            String run = api.submit("bill");
            assertThat(api.get("/api/v1/runs/" + run).status())
                    .as("nobody reads from the old one")
                    .isEqualTo(200);
            await("no session is left on the old one").atMost(SOON).until(() -> sessions() == 0);
            assertThat(lines()).hasSizeLessThan(2 * MOST_LINES);
        }
    }

    @Test
    void aConnectionThatLeadsNowhereHoldsTheJournalUpForAMomentOnly() {
        address.swallow();
        runsAreTaken();
        assertThat(lines()).hasSizeLessThan(MOST_LINES);
    }

    @Test
    void sessionsThatAreEndedCostNoRunAndARoleThatMayNotLogInIsWaitedFor() throws Exception {
        for (int i = 0; i < 5; i++) {
            execute(CUT_OFF);
            runsAreTaken();
        }
        execute("ALTER ROLE hearth NOLOGIN", CUT_OFF);
        itIsNoticed();
        execute("ALTER ROLE hearth LOGIN");
        runsAreTaken();
        assertThat(lines()).hasSizeLessThan(2 * MOST_LINES);
    }

    @Test
    void aDatabaseThatTakesNoMoreConnectionsIsWaitedForAndSaysSo() throws Exception {
        execute("ALTER DATABASE postgres CONNECTION LIMIT 0", CUT_OFF);
        itIsNoticed();
        assertThat(reason()).contains("too many connections").contains("53300");
        assertThat(submit().status()).isEqualTo(503);
        execute("ALTER DATABASE postgres CONNECTION LIMIT -1");

        runsAreTaken();
        assertThat(lines()).hasSizeLessThan(MOST_LINES);
    }

    @Test
    void aGrantThatIsTakenAwayCostsNoRunAndIsUsedAgainWhenItIsGivenBack() throws Exception {
        execute("ALTER SCHEMA public OWNER TO postgres", "GRANT ALL ON SCHEMA public TO hearth");
        execute("REVOKE ALL ON SCHEMA public FROM PUBLIC");
        int before = stored();
        for (String grant : List.of("INSERT ON run", "ALL ON ALL TABLES IN SCHEMA public", "USAGE ON SCHEMA public")) {
            execute("REVOKE " + grant + " FROM hearth");
            assertThat(submit().status()).as(grant).isEqualTo(503);
            itIsNoticed();
            assertThat(reason()).as(grant).containsAnyOf("permission denied", "does not exist");
            assertThat(stored()).as(grant).isEqualTo(before);

            execute("GRANT " + grant + " TO hearth");
            runsAreTaken();
            assertThat(stored()).as(grant).isEqualTo(++before);
        }
        assertThat(lines()).hasSizeLessThan(MOST_LINES);
    }

    @Test
    void ofSeveralHostsTheOneThatWritesIsUsedThoughTheFirstIsAwayOrReadOnly() throws Exception {
        api.close();
        execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public AUTHORIZATION hearth");
        try (Relay first = Relay.at(0, NOBODY)) {
            start("jdbc:postgresql://127.0.0.1:" + first.port() + ",127.0.0.1:" + address.port() + "/postgres");
            try (EmbeddedPostgres promoted = standby()) {
                runsAreTaken();
                int before = stored(promoted);
                execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
                itIsNoticed();
                first.leadTo(promoted.getPort());

                runsAreTaken();
                assertThat(stored(promoted)).isEqualTo(before + 1);
                await("no session is left on the old one").atMost(SOON).until(() -> sessions() == 0);
            }
            // And back, with the first away for good.
            execute("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()");
            runsAreTaken();
            assertThat(lines()).hasSizeLessThan(2 * MOST_LINES);
        }
    }

    /** A copy of the server's data, as they are now, behind another server. */
    private EmbeddedPostgres standby() throws Exception {
        server.close();
        FileSystemUtils.copyRecursively(folder.resolve("first"), folder.resolve("second"));
        Files.setPosixFilePermissions(folder.resolve("second"), PosixFilePermissions.fromString("rwx------"));
        server = postgres(folder.resolve("first"));
        address.leadTo(server.getPort());
        return postgres(folder.resolve("second"));
    }

    private void itIsNoticed() {
        await("it is noticed")
                .atMost(SOON)
                .until(() -> api.get("/actuator/health/readiness").status() == 503);
    }

    private String reason() {
        return api.get("/actuator/health")
                .body()
                .at("/components/db/details/reason")
                .stringValue();
    }

    private void runsAreTaken() {
        await("runs are taken").atMost(SOON).until(() -> submit().status() == 201);
    }

    private RunApi.Answer submit() {
        return api.post("/api/v1/runs", """
                {"environment": "shop", "task": "ship", "input": {"id": 1}}""");
    }

    private List<String> lines() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .filter(event -> !event.getLoggerName().contains("EmbeddedPostgres"))
                .map(event -> event.getLoggerName() + " " + event.getFormattedMessage())
                .toList();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static EmbeddedPostgres postgres(Path data) throws Exception {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(SOON)
                .start();
    }

    private static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    private void execute(String... commands) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(server.getPort()), "postgres", "");
                Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }

    private int stored() throws SQLException {
        return stored(server);
    }

    private static int stored(EmbeddedPostgres database) throws SQLException {
        return number(database, "SELECT count(*) FROM run");
    }

    private int sessions() throws SQLException {
        return number(server, """
                SELECT count(*) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'""");
    }

    private static int number(EmbeddedPostgres database, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(database.getPort()), "postgres", "");
                ResultSet rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
