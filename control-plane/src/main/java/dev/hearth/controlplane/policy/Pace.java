package dev.hearth.controlplane.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How fast a pool is, measured lately. Null = not known yet.
 *
 * @param coldStart from the request of a replica until it is ready
 * @param service how long an execution runs
 */
public record Pace(@Nullable Duration coldStart, @Nullable Duration service) {
    public static final Pace UNKNOWN = new Pace(null, null);

    /** How long a start is believed to take where none was measured. */
    public static final Duration USUAL_COLD_START = Duration.ofSeconds(3);

    /** What is due later than this is no demand yet, however long starts take. */
    public static final Duration LONGEST_LEAD = Duration.ofMinutes(1);

    /** So long before a retry is due it counts as demand, so that a replica that starts now is there when it is. */
    public Duration lead() {
        Duration start = coldStart == null ? USUAL_COLD_START : coldStart;
        return start.compareTo(LONGEST_LEAD) < 0 ? start : LONGEST_LEAD;
    }
}
