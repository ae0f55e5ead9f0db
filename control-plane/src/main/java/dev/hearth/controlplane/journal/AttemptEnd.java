package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.AttemptKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt has ended.
 *
 * @param retryAt when the action goes back to its queue; null = the action ends with the attempt
 * @param systemFault whether the failure is the platform's, and counts against that budget
 * @param retryPool where it queues then; null = where it was
 * @param times null when the replica could not tell
 */
public record AttemptEnd(
        AttemptKey attempt,
        Outcome outcome,
        @Nullable Instant retryAt,
        boolean systemFault,
        @Nullable Long retryPool,
        @Nullable Times times) {

    /**
     * What the replica measured, on the control plane's clock.
     *
     * @param replicaAgeMillis age of the process when the attempt started
     * @param servedBefore executions that the process had begun before this one
     * @param waitedForChildrenMillis how much of the time it waited for its children
     */
    public record Times(
            @Nullable Instant acknowledgedAt,
            @Nullable Instant startedAt,
            Instant endedAt,
            long replicaAgeMillis,
            long servedBefore,
            long waitedForChildrenMillis) {}
}
