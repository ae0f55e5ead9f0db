package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.Terms;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether and when an action is tried again. Two budgets: the task's own retries for its own failures, and
 * {@link #SYSTEM_FAILURES_LIMIT} for what the platform loses. Pure: the chance is handed in.
 */
public final class Retry {
    /** Losses after which an action fails: one bad task must not take replica after replica along for ever. */
    public static final int SYSTEM_FAILURES_LIMIT = 4;

    /** Losses after which an action is tried on a fresh replica of its own, so that it takes no neighbours along. */
    public static final int ALONE_AFTER = 2;

    private static final Duration SYSTEM_BACKOFF = Duration.ofMillis(250);
    private static final int MOST_DOUBLINGS = 30;

    private Retry() {}

    /**
     * The end of an attempt whose replica has gone or has forgotten it.
     *
     * @param ranAlone whether nothing else ran in that replica
     * @param alone the pool of fresh replicas in which it is tried once it is suspected; null = its own
     * @param chance 0 to 1
     */
    public static AttemptEnd lost(
            AttemptKey attempt,
            Failed how,
            int failuresSoFar,
            boolean ranAlone,
            @Nullable Long alone,
            Instant now,
            double chance) {
        int failures = failuresSoFar + 1;
        if (failures >= SYSTEM_FAILURES_LIMIT) {
            Failed last = new Failed(
                    how.code(),
                    how.message() + " (lost " + failures + " times"
                            + (ranAlone ? ", at last alone on its replica)" : ")"),
                    how.details());
            return new AttemptEnd(attempt, last, null, true, null, null);
        }
        // The first loss is most likely not its fault: again at once.
        Duration pause = failures == 1 ? Duration.ZERO : backoff(SYSTEM_BACKOFF, Terms.LONGEST, failures - 1, chance);
        return new AttemptEnd(attempt, how, now.plus(pause), true, failures >= ALONE_AFTER ? alone : null, null);
    }

    /** When an action goes back to its queue after a failure of its own; null = it has failed. */
    public static @Nullable Instant afterFailure(
            ClaimedAction action, String code, boolean nonRetryable, Instant now, double chance) {
        Terms terms = action.terms();
        if (nonRetryable || ErrorCode.isFinal(code) || action.userFailures() >= terms.retries()) {
            return null;
        }
        return now.plus(backoff(terms.backoff(), terms.longestBackoff(), action.userFailures() + 1, chance));
    }

    /** Doubled with each failure up to the longest; half of it is certain, half by chance, so that crowds disperse. */
    static Duration backoff(Duration first, Duration longest, int failures, double chance) {
        double doubled = first.toMillis() * Math.pow(2, Math.min(failures - 1, MOST_DOUBLINGS));
        double pause = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(Math.round(pause * (0.5 + chance / 2)));
    }
}
