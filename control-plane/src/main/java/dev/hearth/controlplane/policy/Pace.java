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
}
