package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.model.Terms;
import org.jspecify.annotations.Nullable;

/**
 * A child action to be stored, or to be found if it exists: (run, name) is its identity. Refused when its parent's attempt is
 * stale. A child that failed under an earlier attempt of its parent begins anew; what has succeeded or still runs is found.
 *
 * @param parentNumber of the parent's attempt
 * @param known how it has ended already, e.g. because its result was found in a cache: it is recorded and never queued
 */
public record NewChild(
        AttemptKey parentAttempt,
        String run,
        String name,
        String parent,
        int parentNumber,
        String environment,
        long versionId,
        String task,
        long poolId,
        Payload input,
        Terms terms,
        int priority,
        int depth,
        @Nullable Outcome known) {

    public NewChild(
            AttemptKey parentAttempt,
            String run,
            String name,
            String parent,
            int parentNumber,
            String environment,
            long versionId,
            String task,
            long poolId,
            Payload input,
            Terms terms,
            int priority,
            int depth) {
        this(
                parentAttempt,
                run,
                name,
                parent,
                parentNumber,
                environment,
                versionId,
                task,
                poolId,
                input,
                terms,
                priority,
                depth,
                null);
    }
}
