package dev.hearth.controlplane;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A fresh database with the engine's tables, for the tests of one store. */
public record MigratedDatabase(TestDatabase.Database database, HikariDataSource source, JdbcClient sql)
        implements AutoCloseable {

    public static MigratedDatabase fresh() {
        TestDatabase.Database database = TestDatabase.migrated();
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(database.url());
        source.setUsername(database.user());
        source.setPassword(database.password());
        source.setMaximumPoolSize(2);
        return new MigratedDatabase(database, source, JdbcClient.create(source));
    }

    /** A pool of its own environment. */
    public long pool() {
        long environment = insert("""
                INSERT INTO environment (project, name, state, created_at) VALUES ('default', 'env', 'ACTIVE', now())""");
        return insert("""
                INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use, concurrency,
                                  replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                VALUES ('p', %d, 'env', 'process:java', '{"cpu": "500m", "memory": "256Mi", "gpu": 0}', '{}', false, 1, 1, 9,
                        1000, 1000, now())""".formatted(environment));
    }

    /** A replica in this phase that {@code owner} has started a minute ago, with further columns as {@code name = value}. */
    public long replica(long pool, int ordinal, String phase, String owner, String... more) {
        long replica = insert("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, started_at, placement)
                VALUES (%d, 'v', %d, '%s', 1, '', now() - interval '1 min', now() - interval '1 min',
                        jsonb_build_object('owner', '%s'))""".formatted(pool, ordinal, phase, owner));
        for (String column : more) {
            execute("UPDATE replica SET %s WHERE id = %d".formatted(column, replica));
        }
        return replica;
    }

    public void controlPlane(String owner, int silentSeconds) {
        execute("""
                INSERT INTO control_plane (owner, worker_endpoint, started_at, seen_at)
                VALUES ('%s', '%s:9090', now(), now() - interval '%d s')""".formatted(owner, owner, silentSeconds));
    }

    public void execute(String statement) {
        sql.sql(statement).update();
    }

    public long insert(String statement) {
        return sql.sql(statement + " RETURNING id").query(Long.class).single();
    }

    @Override
    public void close() {
        source.close();
        database.drop();
    }
}
