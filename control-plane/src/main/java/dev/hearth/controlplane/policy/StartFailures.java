package dev.hearth.controlplane.policy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Starts of a pool that failed since the last replica that came up and stayed. Replicas requested together count as one
 * start; one that comes up and is lost within {@link #STAYED_AFTER}, having served nothing, has failed too.
 *
 * @param broken how many of them were not just slow: those say that the next one will fail too
 * @param lastReason why the newest of them never came up
 */
public record StartFailures(
        int count,
        int broken,
        @Nullable Instant lastAt,
        @Nullable String lastReason) {
    /** How the reason begins why a replica never came up that was still at work when its time was over. */
    public static final String SLOW = "slow: ";

    /** The same in what a replica's row says, for LIKE. */
    public static final String SLOW_PATTERN = "never came up: " + SLOW + "%";

    /** So many replicas are looked back at. */
    public static final int REMEMBERED = 20;

    /** Older failures say nothing about the next start. */
    public static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /** A replica that lives so long has come up for good. */
    public static final Duration STAYED_AFTER = Duration.ofSeconds(5);

    public static final StartFailures NONE = new StartFailures(0, 0, null, null);

    private static final long LONGEST_BACK_OFF_SECONDS = 60;

    /** Failures none of which was slow. */
    public StartFailures(int count, @Nullable Instant lastAt, @Nullable String lastReason) {
        this(count, count, lastAt, lastReason);
    }

    /**
     * Whether the starts are only slow: work waits for them however many there are. Its name begins with no "is", because a
     * decision stores this record as JSON, and reads no more than its components.
     */
    public boolean onlySlow() {
        return count > 0 && broken == 0;
    }

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
