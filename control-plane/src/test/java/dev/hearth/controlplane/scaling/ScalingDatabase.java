package dev.hearth.controlplane.scaling;

import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.signals.Signals;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** A real database with the engine's tables, the rows of a test in it, and the autoscaler's parts over it. */
public final class ScalingDatabase implements AutoCloseable {
    public static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    public final JdbcClient jdbc;
    public final DataSource source;
    private final TestDatabase.Database database;
    private final HikariDataSource connections;

    /** Statements prepared so far. */
    final AtomicLong statements = new AtomicLong();

    final Signals signals = new Signals();
    final List<Object> events = new ArrayList<>();
    final SnapshotStore snapshots;
    final DecisionStore decisions;
    final ScalingRound round;

    public ScalingDatabase() {
        this(TestDatabase.migrated());
    }

    public ScalingDatabase(TestDatabase.Database database) {
        this.database = database;
        connections = new HikariDataSource();
        connections.setJdbcUrl(database.url());
        connections.setUsername(database.user());
        connections.setPassword(database.password());
        connections.setMaximumPoolSize(4);
        connections.setMinimumIdle(0);
        connections.setIdleTimeout(10_000);
        source = counting(connections);
        jdbc = JdbcClient.create(source);
        ScalingSettings settings = new ScalingSettings(Duration.ofSeconds(1), 64, 5, false);
        TransactionTemplate transactions = new TransactionTemplate(new DataSourceTransactionManager(source));
        snapshots = new SnapshotStore(jdbc, settings);
        decisions = new DecisionStore(jdbc, new JsonMapper());
        ScalingStore store = new ScalingStore(jdbc);
        PoolEvaluation evaluation = new PoolEvaluation(transactions, snapshots, store, decisions);
        round = new ScalingRound(snapshots, store, evaluation, settings, new Announcements(signals, events::add));
    }

    @Override
    public void close() {
        connections.close();
        database.drop();
    }

    /** Counts the statements that go through it. */
    private DataSource counting(DataSource target) {
        return new DelegatingDataSource(target) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                            if (method.getName().equals("prepareStatement")) {
                                statements.incrementAndGet();
                            }
                            try {
                                return method.invoke(connection, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
            }
        };
    }

    /** What an autoscaler with these settings would decide. */
    public PoolOutlook outlook(int maxReplicas, boolean patient) {
        ScalingSettings settings = new ScalingSettings(Duration.ofSeconds(1), maxReplicas, 5, patient);
        return new PoolOutlook(new SnapshotStore(jdbc, settings), settings);
    }

    public long environment(String name) {
        return insert(
                "INSERT INTO environment (project, name, state, created_at) VALUES ('default', '%s', 'ACTIVE', now())"
                        .formatted(name));
    }

    /** A pool (min, max) of one slot a replica, TTLs 60 s, with its version {@code v1}. */
    public long pool(long environment, int min, int max) {
        long pool = poolRow(environment, min, max, null);
        version(environment, "v1", "ACTIVE", pool);
        return pool;
    }

    public long poolRow(long environment, int min, int max, @Nullable String run) {
        return insert("""
                INSERT INTO pool (identity, environment_id, environment, run, image, resources, env, single_use, concurrency,
                    replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                VALUES (gen_random_uuid()::text, %d, 'orders', %s, 'process:java', '{}', '{}', false, 1,
                    %d, %d, 60000, 60000, now())""".formatted(environment, run == null ? "NULL" : "'" + run + "'", min, max));
    }

    public long version(long environment, String version, String state, @Nullable Long pool) {
        return insert("""
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, pool_id, deployed_at)
                VALUES (%d, '%s', '%s', '{}', '[]', %s, now())""".formatted(environment, version, state, pool));
    }

    public long run(String name, long version) {
        return insert("""
                INSERT INTO run (name, project, environment, version_id, version, task, phase, created_at)
                VALUES ('%s', 'default', 'orders', %d, 'v1', 'noop', 'QUEUED', now())""".formatted(name, version));
    }

    /** Queues the root of a run, which need not exist. */
    public long queue(long pool, String run) {
        return insert("""
                INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at, available_at,
                    input_type)
                VALUES ('%s', 'a0', 'orders', 1, 'noop', %d, 'QUEUED', now(), '%s', 'application/json')""".formatted(run, pool, NOON));
    }

    public void claim(long action, long replica) {
        execute("UPDATE action SET phase = 'RUNNING', replica_id = %d WHERE id = %d".formatted(replica, action));
    }

    /** Ready, and idle since noon. */
    public long ready(long pool, int ordinal) {
        execute("UPDATE pool SET state = 'WARM', active_at = '%s' WHERE id = %d".formatted(NOON, pool));
        return insert("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, ready_at, last_busy_at)
                VALUES (%d, 'v1', %d, 'READY', 1, '', '%s', '%s', '%s')""".formatted(pool, ordinal, NOON.minusSeconds(5), NOON.minusSeconds(4), NOON));
    }

    public void failedStart(long pool, Instant requestedAt) {
        execute("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, ended_at, end_reason)
                VALUES (%d, 'v1', 1, 'FAILED', 1, '', '%s', '%s', 'exit 1')""".formatted(pool, requestedAt, requestedAt.plusSeconds(1)));
    }

    List<String> phases(long pool) {
        return jdbc.sql("SELECT phase FROM replica WHERE pool_id = :pool ORDER BY ordinal, id")
                .param("pool", pool)
                .query((row, n) -> row.getString("phase"))
                .list();
    }

    public String text(String sql) {
        return jdbc.sql(sql).query(String.class).single();
    }

    public void execute(String sql) {
        jdbc.sql(sql).update();
    }

    private long insert(String sql) {
        return jdbc.sql(sql + " RETURNING id").query(Long.class).single();
    }
}
