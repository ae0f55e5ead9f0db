package dev.hearth.benchmarks.chaos;

import dev.hearth.examples.Turmoil;
import dev.hearth.examples.Turmoil.Family;
import dev.hearth.sdk.HearthException;
import dev.hearth.sdk.Rest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/** Keeps some families running, whatever happens to the servers, and remembers what was accepted. */
final class Load {
    private static final int AT_A_TIME = 6;
    private static final long PAUSE_MILLIS = 200;

    /** A run that a server said it has. */
    record Accepted(String run, Family family) {}

    private final Plan plan;
    private final List<Rest> servers;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final Queue<Accepted> accepted = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Load(Plan plan, List<Rest> servers) {
        this.plan = plan;
        this.servers = servers;
    }

    void start() {
        for (int i = 0; i < AT_A_TIME; i++) {
            threads.add(Thread.ofVirtual().start(this::work));
        }
    }

    private void work() {
        try {
            while (!over) {
                long n = next.getAndIncrement();
                Family family = plan.family(n);
                String run = submit(n, family);
                accepted.add(new Accepted(run, family));
                awaitEnd(run);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Again and again under one key, until one of the servers has it. */
    private String submit(long n, Family family) throws InterruptedException {
        Map<String, Object> body = Map.of(
                "environment",
                Turmoil.PARENTS.name(),
                "task",
                Turmoil.GROW.name(),
                "input",
                family,
                "idempotencyKey",
                "chaos-" + plan.seed() + "-" + n);
        for (int attempt = 0; ; attempt++) {
            try {
                return server(n + attempt)
                        .send("POST", "/api/v1/runs", body, JsonNode.class)
                        .get("name")
                        .asString();
            } catch (HearthException e) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void awaitEnd(String run) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                if (server(attempt)
                        .get("/api/v1/runs/" + run + "?wait=5s", JsonNode.class)
                        .hasNonNull("endedAt")) {
                    ended.incrementAndGet();
                    return;
                }
            } catch (HearthException e) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private Rest server(long n) {
        return servers.get((int) (n % servers.size()));
    }

    /** Starts nothing new. */
    void stop() {
        over = true;
    }

    /** Waits for those under way; answers whether all have ended in time. */
    boolean join(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (Thread thread : threads) {
            thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        boolean all = threads.stream().noneMatch(Thread::isAlive);
        threads.forEach(Thread::interrupt);
        return all;
    }

    List<Accepted> accepted() {
        return List.copyOf(accepted);
    }

    long ended() {
        return ended.get();
    }
}
