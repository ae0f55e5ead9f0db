package dev.hearth.controlplane.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.storage.BlobStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

class HistoryTest {
    private static final Instant NOW = Instant.parse("2026-05-20T12:00:00Z");
    private static final HistorySettings SETTINGS =
            new HistorySettings(Duration.ofMinutes(10), Duration.ofDays(30), Duration.ofMinutes(1));

    @TempDir
    private Path folder;

    private TestDatabase.Database fresh;
    private HikariDataSource database;
    private JdbcClient sql;
    private BlobStore blobs;
    private long version;
    private final List<Instant> past = new ArrayList<>();

    @BeforeEach
    void migrate() {
        fresh = TestDatabase.migrated();
        database = new HikariDataSource();
        database.setJdbcUrl(fresh.url());
        database.setUsername(fresh.user());
        database.setPassword(fresh.password());
        database.setMaximumPoolSize(4);
        sql = JdbcClient.create(database);
        sql.sql("INSERT INTO environment (project, name, state, created_at) VALUES ('default', 'env', 'ACTIVE', now())")
                .update();
        version = sql.sql("""
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, deployed_at)
                SELECT id, 'v', 'ACTIVE', '{}', '[]', now() FROM environment RETURNING id""").query(Long.class).single();
        blobs = BlobStore.in(folder, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        database.close();
        fresh.drop();
    }

    @Test
    void whatHasEndedLeavesTheQueuesTableAfterItsRestAndReadsAsBefore() {
        run("over", NOW.minus(Duration.ofHours(1)), 3);
        run("resting", NOW.minus(Duration.ofMinutes(9)), 3);
        run("under_way", null, 3);
        List<Map<String, Object>> before = everything();

        history(NOW).round();

        assertThat(hot()).containsExactly("resting", "under_way");
        assertThat(everything()).isEqualTo(before);
        assertThat(actionsOf("over")).containsExactly("a0", "a1", "a2");

        history(NOW.plus(Duration.ofMinutes(2))).round();
        assertThat(hot()).containsExactly("under_way");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void manyRunsOfOneMomentAndOneLargeRunAreMovedInSteps() {
        Instant moment = NOW.minus(Duration.ofHours(1));
        for (int i = 0; i < 40; i++) {
            run("small" + i, moment, 2);
        }
        run("large", NOW.minus(Duration.ofMinutes(30)), 12_000);

        history(NOW).round();

        assertThat(hot()).isEmpty();
        assertThat(actionsOf("large")).hasSize(12_000);
        assertThat(number("SELECT count(*) FROM action_history")).isEqualTo(12_080);
    }

    @Test
    void whatIsOldIsDropped() throws Exception {
        Instant old = NOW.minus(Duration.ofDays(32));
        Instant younger = NOW.minus(Duration.ofDays(29));
        run("old", old, 2);
        run("younger", younger, 2);
        String code = blob("code", old);
        String forgotten = blob("forgotten", old);
        String needed = blob("needed", younger);
        sql.sql("INSERT INTO bundle (sha256, size, declared, created_at) VALUES (?, 1, '{}', now())")
                .param(code)
                .update();

        history(NOW).round();

        assertThat(sql.sql("SELECT name FROM run").query(String.class).list()).containsExactly("younger");
        assertThat(actionsOf("younger")).hasSize(2);
        assertThat(number("SELECT count(*) FROM attempt")).isEqualTo(2);
        assertThat(number("SELECT count(*) FROM log_chunk")).isEqualTo(2);
        assertThat(number("SELECT count(*) FROM action_history")).isEqualTo(2);
        assertThat(blobs.exists(code)).isTrue();
        assertThat(blobs.exists(needed)).isTrue();
        assertThat(blobs.exists(forgotten)).isFalse();
    }

    @Test
    void aBlobOfARunThatIsUnderWayOutlivesTheTimeThatThingsAreKept() throws Exception {
        Instant begun = NOW.minus(Duration.ofDays(90));
        sql.sql("""
                INSERT INTO run (name, project, environment, version_id, version, task, phase, created_at)
                VALUES ('patient', 'default', 'env', ?, 'v', 't', 'RUNNING', ?::timestamptz)""").params(version, begun.toString()).update();
        String input = blob("input of the patient run", begun);

        history(NOW).round();

        assertThat(blobs.exists(input)).isTrue();
        assertThat(past).as("what others keep for it stays, too").containsExactly(begun);
    }

    @Test
    void aBlobThatIsStoredAgainIsAsGoodAsNew() throws Exception {
        String again = blob("again", NOW.minus(Duration.ofDays(90)));
        blobs.put("again".getBytes(StandardCharsets.UTF_8));

        history(NOW).round();

        assertThat(blobs.exists(again)).isTrue();
    }

    @Test
    void daysAreMadeAheadAndOldOnesGoWhole() {
        history(NOW).round();
        assertThat(days("attempt")).contains("attempt_20260519", "attempt_20260520", "attempt_20260523");

        history(NOW.plus(Duration.ofDays(40))).round();
        assertThat(days("attempt")).doesNotContain("attempt_20260520").contains("attempt_20260629");
        assertThat(days("log_chunk")).doesNotContain("log_chunk_20260520").contains("log_chunk_20260629");
    }

    @Test
    void whileOneControlPlaneIsAtItAnotherGoesOnWithItsDay() throws SQLException {
        run("over", NOW.minus(Duration.ofHours(1)), 3);
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("SELECT * FROM history FOR UPDATE");

            history(NOW).round();

            assertThat(hot()).containsExactly("over");
            other.rollback();
        }
        history(NOW).round();
        assertThat(hot()).isEmpty();
    }

    private History history(Instant now) {
        return new History(
                new HistoryStore(sql),
                SETTINGS,
                blobs,
                List.of((needed, keep) -> past.add(needed)),
                new Outages(Clock.fixed(now, ZoneOffset.UTC)),
                new JdbcTransactionManager(database),
                new SimpleMeterRegistry());
    }

    /** A run of so many actions, each with an attempt and a line of log; null = it has not ended. */
    private void run(String name, Instant endedAt, int actions) {
        Instant at = endedAt == null ? NOW : endedAt;
        String phase = endedAt == null ? "RUNNING" : "SUCCEEDED";
        sql.sql("""
                INSERT INTO run (name, project, environment, version_id, version, task, phase, created_at, ended_at)
                VALUES (?, 'default', 'env', ?, 'v', 't', ?, ?::timestamptz, ?::timestamptz)""")
                .params(name, version, phase, at.minusSeconds(5).toString(), endedAt == null ? null : at.toString())
                .update();
        sql.sql("""
                WITH a AS (
                    INSERT INTO action (run, name, parent, environment, version_id, task, pool_id, phase, created_at, available_at,
                                        attempt, ended_at, input, input_type)
                    SELECT ?, 'a' || n, CASE WHEN n > 0 THEN 'a0' END, 'env', ?, 't', 1, ?, t, t, 1,
                           CASE WHEN ?::text = 'SUCCEEDED' THEN t END, '1', 'application/json'
                    FROM generate_series(0, ? - 1) n, (SELECT ?::timestamptz AS t) t
                    RETURNING id, created_at
                ), t AS (
                    INSERT INTO attempt (action_id, number, phase, queued_at, committed_at)
                    SELECT id, 1, 'SUCCEEDED', created_at, created_at FROM a
                )
                INSERT INTO log_chunk (action_id, attempt, written_at, lines)
                SELECT id, 1, created_at, 'hello' || chr(10) FROM a""").params(name, version, phase, phase, actions, at.toString()).update();
    }

    private String blob(String content, Instant storedAt) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        blobs.put(bytes);
        return BlobStore.in(folder, InstantSource.fixed(storedAt)).put(bytes);
    }

    private List<Map<String, Object>> everything() {
        return sql.sql("""
                SELECT a.run, a.name, a.parent, a.phase, a.created_at, a.ended_at, encode(a.input, 'escape') AS input
                FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a ORDER BY a.id""").query().listOfRows();
    }

    private List<String> actionsOf(String run) {
        return sql.sql("""
                SELECT a.name FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a
                WHERE r.name = ? ORDER BY a.id""").param(run).query(String.class).list();
    }

    private List<String> hot() {
        return sql.sql("SELECT DISTINCT run FROM action ORDER BY run")
                .query(String.class)
                .list();
    }

    private List<String> days(String table) {
        return sql.sql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ?::regclass")
                .param(table)
                .query(String.class)
                .list();
    }

    private long number(String query) {
        return sql.sql(query).query(Long.class).single();
    }
}
