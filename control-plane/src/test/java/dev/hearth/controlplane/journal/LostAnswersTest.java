package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Commits that are stored, and whose session ends before they have answered. */
class LostAnswersTest {
    private final AtomicBoolean loseAnswer = new AtomicBoolean();
    private Runnable onLoss = () -> {};
    private EngineFixture engine;

    @BeforeEach
    void start() {
        TestDatabase.Database database = TestDatabase.migrated();
        PGSimpleDataSource real = new PGSimpleDataSource();
        real.setUrl(database.url());
        real.setUser(database.user());
        real.setPassword(database.password());
        HikariDataSource pool = new HikariDataSource();
        pool.setDataSource(losing(real));
        pool.setMaximumPoolSize(4);
        engine = EngineFixture.start(database, pool, Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void whatSuchACommitHasClaimedIsRunByTheSlotsThatItTook() {
        RememberingReplica replica = engine.replica(1, 2);
        AtomicReference<Instant> lost = new AtomicReference<>();
        onLoss = () -> lost.set(Instant.now());
        loseAnswer.set(true);
        List<CompletableFuture<StoredAction>> runs = IntStream.range(0, 8)
                .mapToObj(i -> engine.journal().submit(run("r" + i)))
                .toList();
        runs.forEach(CompletableFuture::join);
        await().until(() -> replica.taken().size() == 2);

        assertThat(loseAnswer).isFalse();
        await().during(Duration.ofMillis(300)).until(() -> running() == 2);
        assertThat(replica.taken()).extracting(ClaimedAction::number).containsOnly(1);
        assertThat(replica.taken()).doesNotHaveDuplicates();
        assertThat(replica.taken())
                .as("an outage is not part of their time")
                .allSatisfy(action -> assertThat(action.dispatchedAt()).isAfter(lost.get()));
    }

    @Test
    void itIsLeftToAReplicaThatHasComeBackMeanwhile() {
        RememberingReplica replica = engine.replica(1, 1);
        RememberingReplica again = new RememberingReplica(replica.id(), engine.pool(), 0);
        onLoss = () -> engine.dispatcher().connect(again);
        loseAnswer.set(true);

        engine.journal().submit(run("r1")).join();

        assertThat(running()).isEqualTo(1);
        assertThat(replica.taken()).isEmpty();
        assertThat(again.taken()).as("it compares its rows itself").isEmpty();
    }

    private long running() {
        return engine.sql()
                .sql("SELECT count(*) FROM action WHERE phase = 'RUNNING'")
                .query(Long.class)
                .single();
    }

    private NewRun run(String name) {
        return engine.run(name, null, 0);
    }

    private DataSource losing(DataSource real) {
        return new DelegatingDataSource(real) {
            @Override
            public Connection getConnection() throws SQLException {
                return losing(super.getConnection());
            }
        };
    }

    private Connection losing(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(real, arguments);
                        if (method.getName().equals("commit") && hasClaimed() && loseAnswer.getAndSet(false)) {
                            real.close();
                            onLoss.run();
                            throw new SQLException("the server ends this session", "57P01");
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private boolean hasClaimed() {
        return Thread.currentThread().getName().equals("journal") && loseAnswer.get() && running() > 0;
    }
}
