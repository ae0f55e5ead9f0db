package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.AttemptKey;

/** A child action to be stored, or to be found if it exists: (run, name) is its identity. Refused when its parent's attempt is stale. */
public record NewChild(
        AttemptKey parentAttempt,
        String run,
        String name,
        String parent,
        String environment,
        long versionId,
        String task,
        long poolId,
        Payload input) {}
