package dev.hearth.controlplane.flyte.connect;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a caller waits, counted from the arrival of the call.
 *
 * @param allowed null = for as long as it takes
 * @param since as {@link System#nanoTime} tells it
 */
record Deadline(@Nullable Duration allowed, long since) {
    static final String HEADER = "Connect-Timeout-Ms";

    private static final Pattern MILLIS = Pattern.compile("\\d{1,10}");

    static Deadline read(@Nullable String header) {
        if (header == null) {
            return new Deadline(null, System.nanoTime());
        }
        if (!MILLIS.matcher(header).matches()) {
            throw ConnectException.invalid(HEADER + " must be a number of milliseconds with at most ten digits.");
        }
        return new Deadline(Duration.ofMillis(Long.parseLong(header)), System.nanoTime());
    }

    boolean isPast() {
        return allowed != null && System.nanoTime() - since >= allowed.toNanos();
    }

    /** {@code patience}, or what is left if that is less. */
    Duration atMost(Duration patience) {
        if (allowed == null) {
            return patience;
        }
        Duration left = allowed.minusNanos(System.nanoTime() - since);
        return left.compareTo(patience) < 0 ? left : patience;
    }

    ConnectException exceeded() {
        return new ConnectException(
                Code.DEADLINE_EXCEEDED, "The call took longer than the " + allowed + " that its caller allows.");
    }
}
