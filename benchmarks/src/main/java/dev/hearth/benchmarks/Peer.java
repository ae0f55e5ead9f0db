package dev.hearth.benchmarks;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * The floor and a peer on the very PostgreSQL that the server uses, in a database of their own: durable one-row commits, and
 * db-scheduler, which runs its tasks inside this JVM and keeps no results.
 */
final class Peer implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(1);

    private final HikariDataSource dataSource = new HikariDataSource();
    private final AtomicReference<CountDownLatch> pending = new AtomicReference<>(new CountDownLatch(0));
    private final OneTimeTask<Void> noop;
    private final Scheduler scheduler;
    private long next;

    private Peer(String jdbcUrl) throws SQLException {
        dataSource.setJdbcUrl(jdbcUrl);
        dataSource.setMaximumPoolSize(8);
        createTables();
        noop = Tasks.oneTime("noop")
                .execute((instance, context) -> pending.get().countDown());
        scheduler = Scheduler.create(dataSource, noop)
                .threads(50)
                .pollUsingLockAndFetch(4.0, 20.0)
                .pollingInterval(POLL)
                .enableImmediateExecution()
                .registerShutdownHook()
                .build();
        scheduler.start();
    }

    /** Connects to a database {@code bench} that is made new beside the server's own. */
    static Peer beside(String serverJdbcUrl) throws SQLException {
        try (HikariDataSource admin = new HikariDataSource()) {
            admin.setJdbcUrl(serverJdbcUrl);
            admin.setMaximumPoolSize(1);
            try (Connection connection = admin.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)");
                statement.execute("CREATE DATABASE bench");
            }
        }
        return new Peer(serverJdbcUrl.replaceFirst("(//[^/]+/)[^?]+", "$1bench"));
    }

    private void createTables() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE floor (id int PRIMARY KEY, value bigint)");
            statement.execute("INSERT INTO floor VALUES (1, 0)");
            // The table that db-scheduler's documentation asks for.
            statement.execute("""
                    CREATE TABLE scheduled_tasks (
                        task_name text NOT NULL, task_instance text NOT NULL, task_data bytea,
                        execution_time timestamptz NOT NULL, picked boolean NOT NULL, picked_by text,
                        last_success timestamptz, last_failure timestamptz, consecutive_failures int,
                        last_heartbeat timestamptz, version bigint NOT NULL, priority smallint,
                        PRIMARY KEY (task_name, task_instance))
                    """);
            statement.execute("CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time)");
            statement.execute("CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)");
        }
    }

    /** One durable one-row update. */
    Sample commits() throws Exception {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE floor SET value = value + 1 WHERE id = 1")) {
            return Sample.of(500, 2_000, update::executeUpdate);
        }
    }

    /** One task, from its submit to its execution. */
    Sample one() throws Exception {
        return Sample.of(200, 1_000, () -> run(1));
    }

    Sample many(int tasks, int repeats) throws Exception {
        return Sample.of(2, repeats, () -> run(tasks));
    }

    private void run(int tasks) throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(tasks);
        pending.set(latch);
        Instant now = Instant.now();
        if (tasks == 1) {
            scheduler.schedule(noop.instance(Long.toString(next++)), now);
        } else {
            long first = next;
            next += tasks;
            scheduler.scheduleBatch(
                    IntStream.range(0, tasks)
                            .<TaskInstance<?>>mapToObj(i -> noop.instance(Long.toString(first + i)))
                            .toList(),
                    now);
        }
        if (!latch.await(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the peer left " + latch.getCount() + " tasks undone");
        }
    }

    @Override
    public void close() {
        scheduler.stop();
        dataSource.close();
    }
}
