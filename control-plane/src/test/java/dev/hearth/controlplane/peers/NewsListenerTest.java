package dev.hearth.controlplane.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.EngineServer;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.signals.Bell;
import dev.hearth.controlplane.signals.News;
import dev.hearth.controlplane.signals.Signals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A control plane that is not alone, on a real database. The other one is only a row. */
class NewsListenerTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static EngineServer server;
    private static JdbcClient sql;
    private static Bell bell;

    @BeforeAll
    static void start(@TempDir Path home) {
        server = EngineServer.start(home, TestDatabase.fresh());
        sql = server.bean(JdbcClient.class);
        bell = server.bean(Signals.class).draining();
        sql.sql("""
                INSERT INTO control_plane (owner, worker_endpoint, started_at, seen_at)
                VALUES ('another', 'another:9090', now(), now() + interval '1 hour')""").update();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void listensAndAllIsQuiet() {
        await("it listens").atMost(SOON).until(() -> !listening().isEmpty());
        await("nothing rings").atMost(SOON).until(() -> !bell.await(Duration.ofSeconds(1)));
    }

    @Test
    void whatAnotherControlPlaneTellsWakesWhoWaitsHere() throws Exception {
        tell(News.Kind.DRAIN);
        assertThat(bell.await(SOON)).isTrue();
    }

    @Test
    void aListenerWhoseConnectionDiesListensAnewAndLooksAtEverything() throws Exception {
        List<Integer> before = listening();
        sql.sql("SELECT pg_terminate_backend(?)")
                .param(before.getFirst())
                .query(Boolean.class)
                .single();

        assertThat(bell.await(SOON)).as("what was missed is made up for").isTrue();
        assertThat(listening()).isNotEmpty().doesNotContainAnyElementsOf(before);
        listensAndAllIsQuiet();
        tell(News.Kind.DRAIN);
        assertThat(bell.await(SOON)).isTrue();
    }

    private static void tell(News.Kind kind) throws Exception {
        Telegram telegram = new Telegram("another", new News.Gathered(Set.of(kind), Set.of(), false));
        server.bean(Wire.class).send(telegram.write());
    }

    private static List<Integer> listening() {
        return sql.sql("""
                SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN hearth'
                """).query(Integer.class).list();
    }
}
