package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Unpacks the worker and makes its AOT cache, again and again until it is there: a busy machine makes both take long. Replicas wait
 * for the cache a minute and start without it then. One thread; it shows as health {@code worker}.
 */
final class WorkerPreparation implements HealthIndicator, AutoCloseable {
    private static final Duration CACHE_IS_AWAITED_FOR = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final Logger log = LoggerFactory.getLogger(WorkerPreparation.class);

    private final Path home;
    private final Duration trainingTimeout;
    private final CompletableFuture<WorkerInstallation> worker = new CompletableFuture<>();
    private final Thread thread;
    private volatile String state = "is being unpacked";

    WorkerPreparation(Path home, Duration trainingTimeout) {
        this.home = home;
        this.trainingTimeout = trainingTimeout;
        this.thread = Thread.ofPlatform().name("worker-installation").daemon().start(this::run);
    }

    /** The worker, as soon as it is there. */
    CompletableFuture<WorkerInstallation> worker() {
        return worker;
    }

    private void run() {
        try {
            WorkerInstallation installation = unpack();
            Thread.ofVirtual().start(() -> completeLater(installation));
            train(installation);
        } catch (InterruptedException e) {
            state = "is not prepared, because the server stops";
        }
    }

    private void completeLater(WorkerInstallation installation) {
        try {
            Thread.sleep(CACHE_IS_AWAITED_FOR);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        worker.complete(installation);
    }

    private WorkerInstallation unpack() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return WorkerInstallation.prepare(home);
            } catch (RuntimeException e) {
                pause = failed("The worker cannot be unpacked, no replica of Java starts", e, pause);
            }
        }
    }

    private void train(WorkerInstallation installation) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (!installation.isTrained()) {
            state = "its AOT cache is being made, replicas that start before it is there start more slowly";
            try {
                installation.train(trainingTimeout);
            } catch (IOException e) {
                worker.complete(installation);
                pause = failed("There is no AOT cache for the worker, replicas start more slowly", e, pause);
                awaitQuiet();
            }
        }
        state = "ready";
        worker.complete(installation);
    }

    private Duration failed(String what, Exception why, Duration pause) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        state = what + ": " + why.getMessage() + "; it is tried again";
        log.warn("{}; it is tried again in {} s: {}", what, pause.toSeconds(), why.getMessage());
        Thread.sleep(pause);
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
    }

    /** Until the machine has a core to spare, but not for ever. */
    private static void awaitQuiet() throws InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        for (int minute = 0;
                minute < LONGEST_PAUSE.toMinutes()
                        && ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() >= cores;
                minute++) {
            Thread.sleep(Duration.ofMinutes(1));
        }
    }

    @Override
    public Health health() {
        return Health.up().withDetail("worker", state).build();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
