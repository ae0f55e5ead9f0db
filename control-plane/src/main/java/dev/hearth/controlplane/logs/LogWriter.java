package dev.hearth.controlplane.logs;

import dev.hearth.controlplane.outage.BadSession;
import dev.hearth.controlplane.outage.Outages;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Gathers log lines and writes them, many at a time, beside the journal: a chatty task must not hold up results. Memory is
 * bounded; when the database cannot follow, lines are dropped and the log says so. Those of an execution that prints little
 * are kept then too: it must not pay for its neighbours.
 */
@Component
public final class LogWriter implements SmartLifecycle {
    private static final int MOST_GATHERED_CHARS = 16 << 20;
    private static final int LITTLE_CHARS = 16 << 10;

    /** At most forty commits a second, whatever is printed. A lone line never waits. */
    private static final Duration SHORTEST_GAP = Duration.ofMillis(25);

    /** For a database that is there; as long as the journal tries. */
    private static final int TRIES = 60;

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
    private static final String LOOP = "Writing of logs";
    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

    private record Key(long action, int attempt) {}

    private final LogStore store;
    private final Followers followers;
    private final Outages outages;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Condition written = lock.newCondition();
    private Map<Key, GatheredLines> gathered = new LinkedHashMap<>();
    private int chars;
    private long batchesTaken;
    private long batchesDone;
    private boolean running;
    private @Nullable Thread thread;

    LogWriter(LogStore store, Followers followers, Outages outages) {
        this.store = store;
        this.followers = followers;
        this.outages = outages;
        this.clock = outages.clock();
    }

    /**
     * Thread-safe; never blocks on the database.
     *
     * @param epochMicros when it was printed; 0 = now
     * @param open the line has not ended
     */
    public void append(long action, int attempt, long epochMicros, boolean error, boolean open, String line) {
        lock.lock();
        try {
            GatheredLines lines =
                    gathered.computeIfAbsent(new Key(action, attempt), key -> new GatheredLines(action, attempt));
            if (chars > MOST_GATHERED_CHARS && lines.chars() > LITTLE_CHARS) {
                lines.lose();
                return;
            }
            lines.add(new LineMark(epochMicros == 0 ? micros(clock.instant()) : epochMicros, error, open), line);
            chars += line.length() + 1;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the lines that were appended before are in the database, at most {@code patience}. */
    void settle(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long wanted = gathered.isEmpty() ? batchesTaken : batchesTaken + 1;
            long left = patience.toNanos();
            while (running && batchesDone < wanted && left > 0) {
                left = written.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        while (true) {
            Map<Key, GatheredLines> lines = take();
            if (lines.isEmpty()) {
                return;
            }
            write(lines);
            followers.written(lines.keySet().stream().map(Key::action).toList());
            done();
            pause(SHORTEST_GAP);
        }
    }

    private void write(Map<Key, GatheredLines> lines) {
        Instant now = clock.instant();
        LineMark mark = new LineMark(micros(now), true, false);
        List<LogStore.Chunk> chunks = lines.values().stream()
                .flatMap(each -> each.chunks(mark).stream())
                .toList();
        int failures = 0;
        // A database that is away is waited for: memory is bounded by what may gather meanwhile.
        while (failures < TRIES) {
            try {
                store.insert(chunks, now);
                outages.went(LOOP);
                return;
            } catch (RuntimeException e) {
                failures += BadSession.isBehind(e) || outages.database().isPresent() ? 0 : 1;
                outages.failed(LOOP, e);
                if (!isRunning()) {
                    break;
                }
                pause(BETWEEN_TRIES);
            }
        }
        log.warn("logs: {} chunks lost", chunks.size());
    }

    /** Empty when the writer has stopped and nothing is left. */
    private Map<Key, GatheredLines> take() {
        lock.lock();
        try {
            while (gathered.isEmpty() && running) {
                news.awaitUninterruptibly();
            }
            Map<Key, GatheredLines> taken = gathered;
            gathered = new LinkedHashMap<>();
            chars = 0;
            batchesTaken++;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void done() {
        lock.lock();
        try {
            batchesDone = batchesTaken;
            written.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Cut short by the end of the writer. */
    private void pause(Duration duration) {
        lock.lock();
        try {
            long left = duration.toNanos();
            while (running && left > 0) {
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("log-writer").start(this::loop);
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            running = false;
            news.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Stops after the replicas' streams. */
    @Override
    public int getPhase() {
        return 0;
    }
}
