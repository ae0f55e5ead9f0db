package dev.hearth.controlplane.journal;

import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.controlplane.scheduling.EngineParts;
import dev.hearth.model.Terms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A journal with its dispatcher on a migrated database that holds one deployed environment. */
record EngineFixture(
        TestDatabase.Database database,
        HikariDataSource dataSource,
        JournalDatabase journalDatabase,
        JdbcClient sql,
        Dispatcher dispatcher,
        Feed feed,
        Journal journal,
        long version,
        long pool)
        implements AutoCloseable {

    static EngineFixture start(TestDatabase.Database database) {
        return start(database, Clock.systemUTC());
    }

    static EngineFixture start(TestDatabase.Database database, Clock clock) {
        HikariDataSource dataSource = new HikariDataSource();
        dataSource.setJdbcUrl(database.url());
        dataSource.setUsername(database.user());
        dataSource.setPassword(database.password());
        dataSource.setMaximumPoolSize(4);
        return start(database, dataSource, clock);
    }

    /** The data source is closed at the end. */
    static EngineFixture start(TestDatabase.Database database, HikariDataSource dataSource, Clock clock) {
        JdbcClient sql = JdbcClient.create(dataSource);
        long environment = sql.sql("""
                INSERT INTO environment (project, name, state, created_at) VALUES ('default', 'env', 'ACTIVE', now())
                RETURNING id
                """).query(Long.class).single();
        long pool = sql.sql("""
                INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use, concurrency,
                                  replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                VALUES ('p', ?, 'env', 'process:java', '{}', '{}', false, 10, 2, 2, 1000, 1000, now()) RETURNING id
                """).param(environment).query(Long.class).single();
        long version = sql.sql("""
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, pool_id, deployed_at)
                VALUES (?, 'v', 'ACTIVE', '{}', '[]', ?, now()) RETURNING id
                """).params(environment, pool).query(Long.class).single();
        Dispatcher dispatcher = EngineParts.dispatcher(clock);
        Feed feed = new Feed();
        JournalDatabase own = journalDatabase(dataSource);
        ClaimStore claims = new ClaimStore(own);
        Committer committer =
                new Committer(own, new EndStore(own), new SubmitStore(own), claims, new Claims(claims), clock);
        Journal journal = new Journal(
                committer,
                dispatcher,
                feed,
                new Journal.Watch(new JournalMeters(new SimpleMeterRegistry()), new Outages(clock), clock));
        journal.start();
        return new EngineFixture(database, dataSource, own, sql, dispatcher, feed, journal, version, pool);
    }

    private static JournalDatabase journalDatabase(HikariDataSource dataSource) {
        try {
            return new JournalDatabase(dataSource);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A READY replica that is connected. */
    RememberingReplica replica(int ordinal, int slots) {
        long id = sql.sql("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, ready_at, seen_at)
                VALUES (?, 'v', ?, 'READY', ?, '', now(), now(), now()) RETURNING id
                """).params(pool, ordinal, slots).query(Long.class).single();
        RememberingReplica replica = new RememberingReplica(id, pool, slots);
        dispatcher.connect(replica);
        return replica;
    }

    /** A run of the deployed task, to be submitted. */
    NewRun run(String name, @Nullable String key, int priority) {
        return new NewRun(
                name,
                "default",
                "env",
                version,
                "v",
                "t",
                pool,
                Payload.json(new byte[] {'1'}),
                key,
                Terms.DEFAULT,
                priority,
                null);
    }

    void disconnect(RememberingReplica replica) {
        dispatcher.disconnect(replica);
    }

    @Override
    public void close() {
        journal.stop();
        journalDatabase.close();
        dataSource.close();
        database.drop();
    }
}
