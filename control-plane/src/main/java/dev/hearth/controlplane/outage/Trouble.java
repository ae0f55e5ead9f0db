package dev.hearth.controlplane.outage;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Says in few lines what fails over and over: the first failure, then a line each {@link #BETWEEN_LINES} with how many there were,
 * then one when it goes again. What comes and goes is told no more often. Thread-safe.
 */
public final class Trouble {
    static final Duration BETWEEN_LINES = Duration.ofSeconds(30);

    private final Logger log;
    private final String what;
    private final LongSupplier nanos;
    private long since;
    private long failures;
    private long lastFailure;
    private long lastLine;
    private boolean hasSpoken;
    private boolean isTold;

    /** @param what the beginning of each line, such as {@code "The database cannot be used"} */
    public Trouble(Logger log, String what) {
        this(log, what, System::nanoTime);
    }

    Trouble(Logger log, String what, LongSupplier nanos) {
        this.log = log;
        this.what = what;
        this.nanos = nanos;
    }

    public synchronized void failed(String why) {
        long now = nanos.getAsLong();
        if (now - lastFailure > 2 * BETWEEN_LINES.toNanos()) {
            failures = 0;
        }
        lastFailure = now;
        if (failures++ == 0) {
            since = now;
        }
        if (hasSpoken && now - lastLine < BETWEEN_LINES.toNanos()) {
            return;
        }
        if (failures == 1) {
            log.warn("{}: {}", what, why);
        } else {
            log.warn("{}, {} times in {} s: {}", what, failures, seconds(now), why);
        }
        hasSpoken = true;
        isTold = true;
        lastLine = now;
    }

    /** Counts one that needs no line of its own. */
    synchronized void alsoFailed() {
        failures += failures > 0 ? 1 : 0;
    }

    /** @param good the line that says so, if there was one of the failure */
    public synchronized void over(String good) {
        if (isTold) {
            log.info("{}, after {} s and {} failures", good, seconds(nanos.getAsLong()), failures);
        }
        failures = 0;
        isTold = false;
    }

    private long seconds(long now) {
        return Duration.ofNanos(now - since).toSeconds();
    }
}
