package dev.hearth.controlplane.history;

import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.storage.BlobStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Each minute moves what is over out of the queue's table, and each hour drops what is old. Any control plane may do it, one at a
 * time; each step commits by itself and may be repeated.
 */
@Component
final class History implements SmartLifecycle {
    private static final int DAYS_AHEAD = 3;
    private static final Duration BETWEEN_DROPS = Duration.ofHours(1);

    /** A blob is stored before the run that names it, and read after the run's end. */
    private static final Duration MARGIN_OF_BLOBS = Duration.ofDays(1);

    private static final String LOOP = "Moving and dropping of history";
    private static final Logger log = LoggerFactory.getLogger(History.class);

    private final HistoryStore store;
    private final HistorySettings settings;
    private final BlobStore blobs;
    private final List<Past> pasts;
    private final Outages outages;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final Counter moved;
    private final Counter dropped;
    private Instant droppedAt = Instant.MIN;
    private volatile boolean stopping;
    private @Nullable Thread thread;

    History(
            HistoryStore store,
            HistorySettings settings,
            BlobStore blobs,
            List<Past> pasts,
            Outages outages,
            PlatformTransactionManager transactions,
            MeterRegistry registry) {
        this.store = store;
        this.settings = settings;
        this.blobs = blobs;
        this.pasts = pasts;
        this.outages = outages;
        this.clock = outages.clock();
        this.transaction = new TransactionTemplate(transactions);
        this.moved = Counter.builder("hearth.history.moved")
                .description("Actions of ended runs that were moved out of the table of the queue")
                .register(registry);
        this.dropped = Counter.builder("hearth.history.dropped")
                .description("Runs that were dropped because of their age")
                .register(registry);
    }

    void round() {
        Instant now = clock.instant();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        underLock(() -> {
            store.makeDays(today.minusDays(1), today.plusDays(DAYS_AHEAD));
            return 0;
        });
        Instant until = now.minus(settings.rest());
        for (int some = move(until); some >= 0; some = move(until)) {
            moved.increment(some);
        }
        if (droppedAt.isBefore(now.minus(BETWEEN_DROPS))) {
            drop(now);
            droppedAt = now;
        }
    }

    private int move(Instant until) {
        return underLock(() -> store.move(until));
    }

    /** Runs first: what no run leads to is not missed when its day goes. */
    private void drop(Instant now) {
        LocalDate day = LocalDate.ofInstant(now.minus(settings.keep()), ZoneOffset.UTC);
        Instant before = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        for (int runs = dropRuns(before); runs > 0; runs = dropRuns(before)) {
            dropped.increment(runs);
        }
        int days = underLock(() -> store.dropDays(day));
        underLock(() -> {
            store.dropPast(before);
            return 0;
        });
        Instant needed = store.oldestUnended().filter(before::isAfter).orElse(before);
        Set<String> bundles = store.bundles();
        int files = blobs.removeUntouchedSince(needed.minus(MARGIN_OF_BLOBS), bundles::contains);
        pasts.forEach(past -> past.drop(needed, settings.keep()));
        if (days > 0 || files > 0) {
            log.info("history before {} dropped: {} partitions, {} blobs", day, Math.max(0, days), files);
        }
    }

    private int dropRuns(Instant before) {
        return underLock(() -> store.dropRuns(before));
    }

    /** -1 when another control plane is at it, or this one stops. */
    private int underLock(IntSupplier step) {
        Integer answer = stopping ? null : transaction.execute(status -> store.lock() ? step.getAsInt() : -1);
        return answer == null ? -1 : answer;
    }

    private void loop() {
        while (!stopping) {
            try {
                round();
                outages.went(LOOP);
            } catch (RuntimeException e) {
                outages.failed(LOOP, e);
            }
            try {
                Thread.sleep(settings.interval());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        stopping = false;
        thread = Thread.ofVirtual().name("history").start(this::loop);
    }

    /** What is being moved is finished: an interrupt could cut a connection off in the middle. */
    @Override
    public void stop() {
        stopping = true;
        Thread own = thread;
        try {
            if (own != null && !own.join(Duration.ofSeconds(1))) {
                own.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null && !stopping;
    }
}
