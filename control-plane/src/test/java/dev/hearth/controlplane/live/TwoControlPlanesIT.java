package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;

/** Two packaged control planes on one database, each with its own data folder. */
class TwoControlPlanesIT {
    private static final String ENV = "reuse_concurrency";
    private static final int TASKS_IN_A_BATCH = 10_000;
    private static final int MOST_REPLICAS = 3;

    private LiveServer a;
    private LiveServer b;
    private JdbcClient sql;

    @BeforeEach
    void start(@TempDir Path folder) {
        TestDatabase.Database database = TestDatabase.fresh();
        sql = JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password()));
        a = server(folder, "a", database);
        b = server(folder, "b", database);
        a.start();
        b.start();
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        a.endLeftovers();
        b.endLeftovers();
    }

    private static LiveServer server(Path folder, String name, TestDatabase.Database database) {
        return new LiveServer(folder.resolve(name))
                .with("HEARTH_BLOBS", folder.resolve("blobs").toString())
                .with("HEARTH_DB_URL", database.url())
                .with("HEARTH_DB_USER", database.user())
                .with("HEARTH_DB_PASSWORD", database.password());
    }

    @Test
    void replicasOfBothServeOnePoolAndNeitherWaitsForPolls() {
        a.deployExample(ENV, Map.of("replicas", 2, "concurrency", 20, "idleTtl", 120));
        b.succeeded(b.submit(ENV, ENV, Map.of("n", 10)));
        awaitReady(2);
        assertThat(List.of(a.workerProcesses(), b.workerProcesses()))
                .as("each has started one")
                .containsExactly(1L, 1L);

        for (LiveServer through : List.of(a, b)) {
            Instant before = Instant.now();
            String run = through.submit(ENV, ENV, Map.of("n", 500));
            assertThat(through.succeeded(run).get("output").asInt()).isEqualTo(499 * 500 / 2);
            System.out.printf(
                    "500 children through %s: %d ms%n",
                    through == a ? "A" : "B",
                    Duration.between(before, Instant.now()).toMillis());
            Set<String> replicas = through.actions(run).stream()
                    .map(action -> action.get("replica").asString())
                    .collect(Collectors.toSet());
            assertThat(replicas).as("children ran at both").hasSize(2);
        }

        a.deployExample("counter", Map.of("replicas", 1, "concurrency", 1, "idleTtl", 120));
        a.succeeded(a.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                .get("name")
                .asString());
        LiveServer stranger = a.workerProcesses() == 2 ? b : a;
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Instant before = Instant.now();
            assertThat(stranger.post("/api/v1/runs?wait=30s", Map.of("environment", "counter", "task", "next"))
                            .get("phase")
                            .asString())
                    .isEqualTo("SUCCEEDED");
            waits.add(Duration.between(before, Instant.now()).toMillis());
        }
        Collections.sort(waits);
        System.out.printf(
                "A task through one, on a replica of the other: median %d ms, longest %d ms%n",
                waits.get(waits.size() / 2), waits.getLast());
        assertThat(waits.get(waits.size() / 2)).as("median in ms").isLessThan(250);

        anAttemptThatWentAstrayIsTriedAgain();

        Set<String> taken = new HashSet<>();
        Instant before = Instant.now();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(15))
                .until(() -> {
                    taken.add(sql.sql("SELECT taken_at::text FROM turn WHERE name = 'scaling'")
                            .query(String.class)
                            .single());
                    return Instant.now().isAfter(before.plusSeconds(10));
                });
        System.out.printf("Turns that two control planes took in 10 s: %d%n", taken.size());
        assertThat(taken).hasSizeBetween(8, 12);
    }

    @Test
    void nothingIsLostAndNothingCountsTwiceWhenOneIsKilled() {
        b.deployExample(
                ENV, Map.of("replicas", List.of(2, MOST_REPLICAS), "concurrency", 20, "scaledownTtl", 2, "idleTtl", 6));
        b.succeeded(b.submit(ENV, "noop", Map.of("x", 1)));
        awaitReady(2);
        assertThat(a.workerProcesses()).as("A has replicas to leave behind").isPositive();

        AtomicInteger mostAtOnce = new AtomicInteger();
        Sampler sampler = new Sampler(mostAtOnce);
        Instant begun = Instant.now();
        Map<String, Integer> expected = new HashMap<>();
        CompletableFuture<Void> submits = CompletableFuture.runAsync(() -> {
            for (int batch = 0; batch < 2; batch++) {
                int from = batch * TASKS_IN_A_BATCH;
                JsonNode names = b.post(
                                "/api/v1/runs:batch",
                                Map.of(
                                        "environment",
                                        ENV,
                                        "task",
                                        "noop",
                                        "inputs",
                                        IntStream.range(from, from + TASKS_IN_A_BATCH)
                                                .mapToObj(x -> Map.of("x", x))
                                                .toList()))
                        .get("names");
                for (int i = 0; i < TASKS_IN_A_BATCH; i++) {
                    expected.put(names.get(i).asString(), from + i);
                }
            }
        });
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> done() >= TASKS_IN_A_BATCH);
        long doneAtKill = done();
        a.killHard();
        Instant killed = Instant.now();
        submits.join();
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> count("SELECT count(*) FROM run WHERE ended_at IS NULL") == 0);
        Instant ended = Instant.now();

        assertThat(outputs()).containsAllEntriesOf(expected);
        assertThat(count("SELECT count(*) FROM action WHERE phase <> 'SUCCEEDED'"))
                .isZero();
        assertThat(count("""
                        SELECT count(*) FROM action a WHERE 1 <> (
                            SELECT count(*) FROM attempt t WHERE t.action_id = a.id AND t.phase = 'SUCCEEDED')"""))
                .as("actions without exactly one attempt that counts")
                .isZero();
        System.out.printf(
                "20000 tasks, A killed after %d: all done after %.1f s, %.1f s after the kill; %d attempts tried again%n",
                doneAtKill,
                Duration.between(begun, ended).toMillis() / 1000.0,
                Duration.between(killed, ended).toMillis() / 1000.0,
                count("SELECT count(*) FROM attempt WHERE phase <> 'SUCCEEDED'"));
        System.out.println("Replicas after it: "
                + sql.sql("SELECT phase || ' x ' || count(*) FROM replica GROUP BY phase")
                        .query(String.class)
                        .list());

        await("B lets the pool go cold")
                .atMost(Duration.ofSeconds(60))
                .until(() -> b.replicas(ENV).isEmpty());
        System.out.printf(
                "Cold %.1f s after the last task; ends: %s%n",
                Duration.between(ended, Instant.now()).toMillis() / 1000.0,
                sql.sql("SELECT phase || ' x ' || count(*) FROM replica GROUP BY phase")
                        .query(String.class)
                        .list());
        assertThat(a.workerProcesses() + b.workerProcesses()).isZero();
        b.succeeded(b.submit(ENV, "noop", Map.of("x", 2)));
        sampler.stop();
        System.out.printf("Most live replicas at once: %d (bound %d)%n", mostAtOnce.get(), MOST_REPLICAS);
        assertThat(mostAtOnce.get()).isBetween(2, MOST_REPLICAS);
    }

    @Test
    void replicasThatAreLeftBehindGoOnElsewhereAndAreFoundAgain() {
        b.deployExample("sleeper", Map.of("replicas", 2, "concurrency", 10, "idleTtl", 120));
        b.succeeded(b.submit("sleeper", "naps", Map.of("n", 1, "millis", 1)));
        await().atMost(Duration.ofSeconds(60)).until(() -> ready("sleeper").size() == 2);
        Set<String> replicas = ready("sleeper");
        assertThat(a.workerProcesses()).isEqualTo(1);
        String run = a.submit("sleeper", "naps", Map.of("n", 300, "millis", 400));
        await().atMost(Duration.ofSeconds(60)).until(() -> count("SELECT count(*) FROM attempt") > 50);

        a.killHard();
        Instant killed = Instant.now();
        await().atMost(Duration.ofSeconds(30)).until(() -> connectedAgain(killed));
        System.out.printf(
                "A's replica at B %d ms after the kill%n",
                Duration.between(killed, Instant.now()).toMillis());
        assertThat(b.succeeded(run).get("output").asInt()).isEqualTo(300);
        assertThat(count("""
                        SELECT count(*) FROM action a WHERE 1 <> (
                            SELECT count(*) FROM attempt t WHERE t.action_id = a.id AND t.phase = 'SUCCEEDED')""")).isZero();
        System.out.printf(
                "Attempts tried again: %d%n", count("SELECT count(*) FROM attempt WHERE phase <> 'SUCCEEDED'"));

        a.start();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> count("SELECT count(*) FROM control_plane WHERE seen_at > now() - interval '2 s'") == 2);
        await("A has looked at its processes several times")
                .during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(10))
                .until(() -> a.workerProcesses() == 1 && ready("sleeper").equals(replicas));
        a.succeeded(a.submit("sleeper", "naps", Map.of("n", 10, "millis", 1)));
        assertThat(ready("sleeper")).isEqualTo(replicas);
    }

    /** As if one had claimed it for a replica that has just connected to the other. */
    private void anAttemptThatWentAstrayIsTriedAgain() {
        a.post("/api/v1/environments/counter/pause", Map.of());
        String run = a.post("/api/v1/runs", Map.of("environment", "counter", "task", "next"))
                .get("name")
                .asString();
        sql.sql("""
                        UPDATE action SET phase = 'RUNNING', attempt = 1, token = 7, dispatched_at = now(),
                            replica_id = (SELECT id FROM replica WHERE pool_id = action.pool_id AND phase = 'READY')
                        WHERE run = ? AND phase = 'QUEUED'""").param(run).update();
        a.post("/api/v1/environments/counter/resume", Map.of());
        a.succeeded(run);
        assertThat(count("SELECT count(*) FROM attempt t JOIN action a ON a.id = t.action_id WHERE a.run = '" + run
                        + "'"))
                .isEqualTo(2);
    }

    private Set<String> ready(String environment) {
        return b.replicas(environment).stream()
                .filter(replica -> replica.get("phase").asString().equals("READY"))
                .map(replica -> replica.get("id").asString())
                .collect(Collectors.toSet());
    }

    private boolean connectedAgain(Instant since) {
        return count("SELECT count(*) FROM replica WHERE phase = 'READY' AND seen_at > '%s'".formatted(since)) == 2;
    }

    /** Counts live replicas through B all the time. */
    private final class Sampler {
        private final Thread thread;

        Sampler(AtomicInteger most) {
            thread = Thread.ofVirtual().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    try {
                        int live = b.replicas(ENV).size();
                        most.accumulateAndGet(live, Math::max);
                        Thread.sleep(100);
                    } catch (InterruptedException | IllegalStateException e) {
                        return;
                    }
                }
            });
        }

        void stop() {
            thread.interrupt();
        }
    }

    private void awaitReady(int replicas) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> b.replicas(ENV).stream()
                                .filter(replica ->
                                        replica.get("phase").asString().equals("READY"))
                                .count()
                        >= replicas);
    }

    /** Output of each run, through B. */
    private Map<String, Integer> outputs() {
        Map<String, Integer> outputs = new HashMap<>();
        String cursor = "";
        while (true) {
            JsonNode page = b.get("/api/v1/runs?environment=" + ENV + "&limit=500" + cursor);
            page.get("items")
                    .forEach(run -> outputs.put(
                            run.get("name").asString(), run.get("output").asInt()));
            if (!page.hasNonNull("nextCursor")) {
                return outputs;
            }
            cursor = "&cursor=" + page.get("nextCursor").asString();
        }
    }

    private long done() {
        return count("SELECT count(*) FROM run WHERE ended_at IS NOT NULL");
    }

    private long count(String query) {
        return sql.sql(query).query(Long.class).single();
    }
}
