package dev.hearth.controlplane.policy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Starts of a pool that failed since the last replica that came up and stayed. Replicas requested together count as one
 * start; one that comes up and is lost within {@link #STAYED_AFTER}, having served nothing, has failed too.
 *
 * @param lastReason why the newest of them never came up
 */
public record StartFailures(
        int count, @Nullable Instant lastAt, @Nullable String lastReason) {
    /** So many replicas are looked back at. */
    public static final int REMEMBERED = 20;

    /** Older failures say nothing about the next start. */
    public static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /** A replica that lives so long has come up for good. */
    public static final Duration STAYED_AFTER = Duration.ofSeconds(5);

    public static final StartFailures NONE = new StartFailures(0, null, null);

    private static final long LONGEST_BACK_OFF_SECONDS = 60;

    /** Not before this time is another start tried: 1, 2, 4 ... 60 s after the last failure. Null = at once. */
    public @Nullable Instant retryAt() {
        if (count == 0 || lastAt == null) {
            return null;
        }
        // 2^6 is past the longest already; a larger shift would overflow one day.
        long seconds = Math.min(LONGEST_BACK_OFF_SECONDS, 1L << Math.min(count - 1, 6));
        return lastAt.plusSeconds(seconds);
    }

    public boolean backsOff(Instant now) {
        Instant retryAt = retryAt();
        return retryAt != null && now.isBefore(retryAt);
    }
}
