package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.model.Terms;

/**
 * A child action to be stored, or to be found if it exists: (run, name) is its identity. Refused when its parent's attempt is
 * stale. A child that failed under an earlier attempt of its parent begins anew; what has succeeded or still runs is found.
 *
 * @param parentNumber of the parent's attempt
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
        int priority) {}
