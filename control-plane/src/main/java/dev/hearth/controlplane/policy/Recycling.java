package dev.hearth.controlplane.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Marks at which a replica is replaced by a fresh one. Null = no such mark.
 *
 * @param executions that it has served
 * @param age since it came up
 * @param heapBytes live heap after a collection
 * @param rssBytes resident memory of its process
 */
public record Recycling(
        @Nullable Long executions,
        @Nullable Duration age,
        @Nullable Long heapBytes,
        @Nullable Long rssBytes) {

    public static final Recycling NEVER = new Recycling(null, null, null, null);

    boolean none() {
        return equals(NEVER);
    }
}
