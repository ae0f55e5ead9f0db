package dev.hearth.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Under which terms a task is tried. A value.
 *
 * @param retries how often it is tried again after a failure of its own, 0 to 100; what the platform loses does not count
 * @param backoff before the first of these tries, then doubled with each, with jitter; 0 to {@code longestBackoff}
 * @param longestBackoff at most 24 h
 * @param timeout how long one attempt may run; null = as long as it takes
 * @param timeoutExcludesChildren whether the time in which it waits for its children is left out of {@code timeout}
 * @param queueTimeout how long it may wait for a slot, each time that it queues; null = as long as it takes
 */
public record Terms(
        int retries,
        Duration backoff,
        Duration longestBackoff,
        @Nullable Duration timeout,
        boolean timeoutExcludesChildren,
        @Nullable Duration queueTimeout) {
    public static final int MOST_RETRIES = 100;

    /** Of back-offs and timeouts. */
    public static final Duration LONGEST = Duration.ofHours(24);

    /** Shorter timeouts are below what the server can keep to. */
    public static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);

    /** Tried once, for as long as it takes. Back-off, once there are retries: 1 s, doubled up to 60 s. */
    public static final Terms DEFAULT = new Terms(0, Duration.ofSeconds(1), Duration.ofSeconds(60), null, false, null);

    public Terms {
        List<Violation> faults = new ArrayList<>();
        if (retries < 0 || retries > MOST_RETRIES) {
            faults.add(new Violation("retries", retries, "must be 0 to " + MOST_RETRIES));
        }
        if (longestBackoff.isNegative() || longestBackoff.compareTo(LONGEST) > 0) {
            faults.add(new Violation("longestBackoff", longestBackoff, "must be PT0S to " + LONGEST));
        }
        if (backoff.isNegative() || backoff.compareTo(longestBackoff) > 0) {
            faults.add(new Violation("backoff", backoff, "must be PT0S to longestBackoff, " + longestBackoff));
        }
        checkTimeout(faults, "timeout", timeout);
        checkTimeout(faults, "queueTimeout", queueTimeout);
        if (!faults.isEmpty()) {
            throw new InvalidSpecException(faults);
        }
    }

    /** From JSON, which may have been written before there was {@code timeoutExcludesChildren}. */
    @JsonCreator
    static Terms read(
            int retries,
            Duration backoff,
            Duration longestBackoff,
            @Nullable Duration timeout,
            @Nullable Boolean timeoutExcludesChildren,
            @Nullable Duration queueTimeout) {
        boolean excludes = timeoutExcludesChildren != null && timeoutExcludesChildren;
        return new Terms(retries, backoff, longestBackoff, timeout, excludes, queueTimeout);
    }

    private static void checkTimeout(List<Violation> faults, String field, @Nullable Duration value) {
        if (value != null && (value.compareTo(SHORTEST_TIMEOUT) < 0 || value.compareTo(LONGEST) > 0)) {
            faults.add(new Violation(field, value, "must be " + SHORTEST_TIMEOUT + " to " + LONGEST + ", or null"));
        }
    }

    public Terms withRetries(int count) {
        return new Terms(count, backoff, longestBackoff, timeout, timeoutExcludesChildren, queueTimeout);
    }

    public Terms withBackoff(Duration first, Duration longest) {
        return new Terms(retries, first, longest, timeout, timeoutExcludesChildren, queueTimeout);
    }

    public Terms withTimeout(@Nullable Duration most) {
        return new Terms(retries, backoff, longestBackoff, most, timeoutExcludesChildren, queueTimeout);
    }

    public Terms withTimeoutExcludesChildren(boolean excludes) {
        return new Terms(retries, backoff, longestBackoff, timeout, excludes, queueTimeout);
    }

    public Terms withQueueTimeout(@Nullable Duration most) {
        return new Terms(retries, backoff, longestBackoff, timeout, timeoutExcludesChildren, most);
    }
}
