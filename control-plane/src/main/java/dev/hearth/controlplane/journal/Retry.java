package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.scheduling.AttemptKey;
import java.time.Instant;

/** Decides whether an attempt that the platform lost is tried again. Pure. */
public final class Retry {
    /** Losses after which an action fails: one bad task must not take replica after replica along for ever. */
    public static final int SYSTEM_FAILURES_LIMIT = 4;

    private Retry() {}

    /** The end of an attempt whose replica has gone or has forgotten it: again at once, within the limit. */
    public static AttemptEnd lost(AttemptKey attempt, String code, String reason, int failuresSoFar, Instant now) {
        boolean again = failuresSoFar + 1 < SYSTEM_FAILURES_LIMIT;
        return new AttemptEnd(attempt, new Failed(code, reason, null), again ? now : null, true, null);
    }
}
