package dev.hearth.controlplane.logs;

import java.time.Clock;
import java.util.ArrayList;
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
 * bounded; when the database cannot follow, lines are dropped and the log says so.
 */
@Component
public final class LogWriter implements SmartLifecycle {
    private static final int MOST_GATHERED_CHARS = 16 << 20;
    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

    private record Key(long action, int attempt) {}

    private final LogStore store;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private Map<Key, StringBuilder> gathered = new LinkedHashMap<>();
    private int chars;
    private boolean running;
    private @Nullable Thread thread;

    LogWriter(LogStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Thread-safe; never blocks on the database. */
    public void append(long action, int attempt, String line) {
        lock.lock();
        try {
            StringBuilder lines = gathered.computeIfAbsent(new Key(action, attempt), key -> new StringBuilder());
            if (chars > MOST_GATHERED_CHARS) {
                String mark = "[lines lost: the log could not be written fast enough]\n";
                if (lines.indexOf(mark) < 0) {
                    lines.append(mark);
                }
                return;
            }
            lines.append(line).append('\n');
            chars += line.length() + 1;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        while (true) {
            Map<Key, StringBuilder> lines = take();
            if (lines.isEmpty()) {
                return;
            }
            try {
                List<LogStore.Chunk> chunks = new ArrayList<>();
                lines.forEach(
                        (key, text) -> chunks.add(new LogStore.Chunk(key.action(), key.attempt(), text.toString())));
                store.insert(chunks, clock.instant());
            } catch (RuntimeException e) {
                log.warn("logs: {} chunks lost: {}", lines.size(), e.toString());
            }
        }
    }

    /** Empty when the writer has stopped and nothing is left. */
    private Map<Key, StringBuilder> take() {
        lock.lock();
        try {
            while (gathered.isEmpty() && running) {
                news.awaitUninterruptibly();
            }
            Map<Key, StringBuilder> taken = gathered;
            gathered = new LinkedHashMap<>();
            chars = 0;
            return taken;
        } finally {
            lock.unlock();
        }
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
