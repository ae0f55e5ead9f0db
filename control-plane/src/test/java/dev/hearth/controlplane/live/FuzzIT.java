package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.WorkerFrame;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ten thousand requests and frames that are random, damaged, out of order, replayed or stale: none is answered with a 5xx, none
 * leaves a stream stuck or a row corrupt, and what is right still works. {@code -Dfuzz.seed} repeats a fuzz.
 */
class FuzzIT {
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
    private static final int REST_CASES = Integer.getInteger("fuzz.rest", 5_000);
    private static final int STRANGER_CASES = Integer.getInteger("fuzz.strangers", 2_000);
    private static final int FRAME_CASES = Integer.getInteger("fuzz.frames", 3_000);

    private static final int REPLICAS = 4;
    private static final int RUNS = 800;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static JdbcClient sql;
    private static String bundle;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("fuzz.seed = " + SEED);
        server = LiveServer.start(folder.resolve("home"));
        sql = PlayedReplica.database(server);
        bundle = server.uploadExamples();
        server.deployExample("reuse_concurrency", Map.of("replicas", 1, "concurrency", 10, "idleTtl", "PT10M"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void noRequestIsAnsweredWithA5xxAndEveryRefusalExplainsItself() throws Exception {
        server.deployExample(FuzzedCalls.PAUSED, Map.of("replicas", List.of(0, 1)));
        server.post("/api/v1/environments/" + FuzzedCalls.PAUSED + "/pause", Map.of());
        server.deployExample(FuzzedCalls.DEPLOYED, Map.of("replicas", List.of(0, 1)));
        List<String> ended = server.submitAll("reuse_concurrency", "noop", List.of(Map.of("x", 1), Map.of("x", 2)));
        ended.forEach(server::succeeded);
        FuzzedCalls calls = new FuzzedCalls(server.get("/openapi"), bundle, ended);
        Map<Integer, AtomicInteger> byStatus = new ConcurrentSkipListMap<>();
        Queue<String> faults = new ConcurrentLinkedQueue<>();

        inParallel(6, REST_CASES, n -> {
            RawRequest request = calls.next(n, random(n));
            long before = System.nanoTime();
            RawRequest.Answer answer = request.send(server.port());
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            count(byStatus, answer.status());
            String fault = fault(request, answer, took);
            if (fault != null) {
                faults.add("case " + n + ", " + fault + ": " + request + "\n  -> " + answer);
            }
        });

        System.out.println(REST_CASES + " requests to " + calls.size() + " calls, answers by status: " + byStatus);
        assertThat(faults.stream().limit(8))
                .as(faults.size() + " faults, seed " + SEED)
                .isEmpty();
        everythingIsInOrder();
    }

    private static String fault(RawRequest request, RawRequest.Answer answer, Duration took) {
        if (took.compareTo(Duration.ofSeconds(10)) > 0) {
            return "took " + took;
        }
        if (answer.status() >= 500 || (answer.status() == 0 && !request.cutOff())) {
            return "no proper answer";
        }
        if (answer.status() >= 400 && !request.method().equals("HEAD")) {
            try {
                JsonNode problem = new JsonMapper().readTree(answer.body());
                boolean explains = answer.contentType().startsWith("application/problem+json")
                        && !problem.path("title").asString("").isBlank()
                        && !problem.path("detail").asString("").isBlank();
                return explains ? null : "not explained";
            } catch (JacksonException e) {
                return "not JSON";
            }
        }
        return null;
    }

    @Test
    void noFrameBreaksTheServerSticksAStreamOrSpoilsARow() throws Exception {
        server.deployExample("counter", Map.of("replicas", REPLICAS, "concurrency", 20, "idleTtl", "PT10M"));
        List<Long> replicas = new ArrayList<>();
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(PlayedReplica.insert(sql, "counter", "STARTING"));
        }
        long endedReplica = PlayedReplica.insert(sql, "counter", "FAILED");
        List<String> runs = server.submitAll("counter", "next", Collections.nCopies(RUNS, null));
        ManagedChannel[] channels = IntStream.range(0, 2)
                .mapToObj(i -> PlayedReplica.channel(server))
                .toArray(ManagedChannel[]::new);
        Map<String, AtomicInteger> byEnd = new ConcurrentSkipListMap<>();
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> strangers = both.submit(() -> {
                strangers(channels[0], endedReplica, byEnd);
                return null;
            });
            Future<?> known = both.submit(() -> {
                replicas(channels[1], replicas, byEnd);
                return null;
            });
            strangers.get();
            known.get();
        } finally {
            for (ManagedChannel channel : channels) {
                channel.shutdownNow();
            }
        }
        byEnd.forEach((kind, count) -> System.out.println("  " + count + " " + kind));
        assertThat(byEnd.keySet())
                .as("a sender's fault is called by its name, seed " + SEED)
                .noneMatch(end -> end.contains(": UNKNOWN") || end.contains(": INTERNAL"));
        await("no stream of the fuzzer is left")
                .atMost(PATIENCE)
                .until(() -> PlayedReplica.openStreams(server) <= liveReplicas());

        inParallel(4, runs.size(), n -> server.post("/api/v1/runs/" + runs.get(n) + "/cancel", Map.of()));
        System.out.println("  actions: "
                + sql.sql("SELECT phase || ' ' || count(*) FROM action GROUP BY phase ORDER BY phase")
                        .query(String.class)
                        .list());
        everythingIsInOrder();
        everythingCanBeRead("counter");
    }

    /** Streams of those who are not let in, or only by chance. */
    private static void strangers(ManagedChannel channel, long endedReplica, Map<String, AtomicInteger> byEnd)
            throws Exception {
        List<RawStream> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(new RawStream(channel));
        }
        inParallel(8, STRANGER_CASES, n -> {
            Random random = random(n);
            FuzzedFrames frames = new FuzzedFrames(random);
            RawStream stream = new RawStream(channel);
            long anyReplica = random.nextInt(20);
            String kind = switch (random.nextInt(8)) {
                case 0 -> {
                    stream.send(frames.noise());
                    yield "noise";
                }
                case 1 -> {
                    stream.send(frames.damaged(frames.hello(anyReplica, PlayedReplica.TOKEN, List.of())));
                    yield "damaged hello";
                }
                case 2 -> {
                    stream.send(
                            frames.about(frames.invented(), frames.invented()).toByteArray());
                    yield "no hello";
                }
                case 3 -> {
                    stream.send(
                            frames.hello(anyReplica, frames.text(), List.of()).toByteArray());
                    yield "wrong token";
                }
                case 4 -> {
                    stream.send(frames.hello(random.nextLong(), PlayedReplica.TOKEN, List.of())
                            .toByteArray());
                    yield "no such replica";
                }
                case 5 -> {
                    stream.send(frames.hello(endedReplica, PlayedReplica.TOKEN, List.of())
                            .toByteArray());
                    yield "ended replica";
                }
                case 6 -> {
                    stream.send(new byte[0]);
                    yield "empty frame";
                }
                default -> {
                    stream.send(frames.noise()).cancel();
                    yield "cancelled at once";
                }
            };
            if (!kind.startsWith("cancelled")) {
                stream.halfClose();
            }
            count(byEnd, kind + ": " + name(stream.end(PATIENCE)));
        });
        for (RawStream stream : silent) {
            count(byEnd, "never said hello: " + name(stream.end(PATIENCE)));
        }
    }

    /** Streams of replicas that are let in, and then answer as no worker would. */
    private static void replicas(ManagedChannel channel, List<Long> replicas, Map<String, AtomicInteger> byEnd)
            throws Exception {
        AtomicInteger cases = new AtomicInteger();
        Queue<AttemptRef> stale = new ConcurrentLinkedQueue<>();
        stale.add(AttemptRef.newBuilder().setAction(1).setToken(1).build());
        inParallel(replicas.size(), replicas.size(), worker -> {
            long replica = replicas.get(worker);
            List<AttemptRef> running = new ArrayList<>();
            while (cases.get() < FRAME_CASES) {
                Random random = random(cases.getAndIncrement());
                FuzzedFrames frames = new FuzzedFrames(random);
                running.removeIf(attempt -> random.nextInt(3) == 0);
                RawStream stream = new RawStream(channel)
                        .send(frames.hello(replica, PlayedReplica.TOKEN, running)
                                .toByteArray());
                if (!stream.isWelcome(PATIENCE)) {
                    count(byEnd, "replica refused: " + name(stream.end(PATIENCE)));
                    replica = PlayedReplica.insert(sql, "counter", "STARTING");
                    running.clear();
                    continue;
                }
                for (int frame = random.nextInt(60); frame > 0 && !stream.hasEnded(); frame--) {
                    cases.incrementAndGet();
                    List<Assignment> assigned = stream.assigned(Duration.ofMillis(running.isEmpty() ? 100 : 0));
                    assigned.forEach(assignment -> running.add(assignment.getAttempt()));
                    AttemptRef current = running.isEmpty() ? stale.peek() : running.get(random.nextInt(running.size()));
                    AttemptRef old = random.nextBoolean() ? frames.invented() : stale.peek();
                    WorkerFrame next = frames.about(current, old);
                    if (next.getReportsCount() > 0 && running.remove(current)) {
                        stale.add(current);
                        if (stale.size() > 50) {
                            stale.remove();
                        }
                    }
                    stream.send(
                            switch (random.nextInt(60)) {
                                case 0 -> frames.noise();
                                case 1, 2 -> frames.damaged(next);
                                case 3 ->
                                    frames.hello(replica, PlayedReplica.TOKEN, running)
                                            .toByteArray();
                                case 4 -> new byte[0];
                                default -> next.toByteArray();
                            });
                }
                if (stream.hasEnded()) {
                    count(byEnd, "replica broken off: " + name(stream.end(PATIENCE)));
                } else if (random.nextBoolean()) {
                    stream.cancel();
                    count(byEnd, "replica cancelled");
                } else {
                    stream.halfClose();
                    count(byEnd, "replica closed: " + name(stream.end(PATIENCE)));
                }
            }
        });
        System.out.println(cases + " frames and hellos of replicas");
    }

    private static String name(Status status) {
        String why = status.getDescription() == null ? "" : status.getDescription();
        return status.getCode() + " " + why.replaceAll("-?\\d+", "#").replaceAll("(?s)^(.{100}).*", "$1");
    }

    private static long liveReplicas() {
        return sql.sql("SELECT count(*) FROM replica WHERE phase IN ('READY', 'DRAINING') AND version <> 'played'")
                .query(Long.class)
                .single();
    }

    private static void everythingIsInOrder() throws Exception {
        String run = server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 20));
        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(190);
        StoredRows rows = new StoredRows(sql);
        await("no action runs on a replica that has gone")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(rows.running()).isEmpty());
        assertThat(rows.faults()).as("seed " + SEED).isEmpty();
        assertThat(Files.readString(server.home().resolve("server.log"))
                        .lines()
                        .filter(line -> line.contains(" ERROR ") || line.startsWith("\tat ") || line.contains("SEVERE"))
                        .limit(10))
                .as("the server's log, seed " + SEED)
                .isEmpty();
    }

    private static void everythingCanBeRead(String environment) throws Exception {
        List<String> addresses = new ArrayList<>(List.of(
                "/",
                "/api/v1/environments/" + environment,
                "/api/v1/environments/" + environment + "/replicas?all=true"));
        sql.sql("SELECT name FROM run WHERE environment = ?")
                .param(environment)
                .query(String.class)
                .list()
                .forEach(run -> {
                    addresses.add("/api/v1/runs/" + run);
                    addresses.add("/api/v1/runs/" + run + "/actions?limit=500");
                    addresses.add("/runs/" + run);
                });
        sql.sql("SELECT a.run, min(a.name) AS name FROM action a JOIN log_chunk c ON c.action_id = a.id GROUP BY a.run")
                .query((row, n) ->
                        "/api/v1/runs/" + row.getString("run") + "/actions/" + row.getString("name") + "/logs")
                .list()
                .forEach(addresses::add);
        Map<String, Integer> refused = new ConcurrentHashMap<>();
        inParallel(6, addresses.size(), n -> {
            int status = server.exchange("GET", addresses.get(n), null, null).statusCode();
            if (status != 200) {
                refused.put(addresses.get(n), status);
            }
        });
        assertThat(new TreeMap<>(refused))
                .as("of " + addresses.size() + " reads, seed " + SEED)
                .isEmpty();
    }

    private static Random random(int n) {
        return new Random(SEED + 1_000_003L * n);
    }

    private static <K> void count(Map<K, AtomicInteger> counts, K key) {
        counts.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
    }

    private interface Case {
        void run(int n) throws Exception;
    }

    private static void inParallel(int threads, int cases, Case each) throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            Callable<Void> work = () -> {
                for (int n = next.getAndIncrement(); n < cases; n = next.getAndIncrement()) {
                    each.run(n);
                }
                return null;
            };
            for (Future<Void> done : pool.invokeAll(Collections.nCopies(threads, work))) {
                done.get();
            }
        }
    }
}
