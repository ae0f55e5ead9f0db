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
 * Decides whether and when an action is tried again. Two budgets: the task's own retries for its own failures, and a number of
 * losses that depends on whether the action is to blame for the last of them. Pure: the chance is handed in.
 */
public final class Retry {
    /**
     * Losses after which an action fails, if the last was the end of a replica that ended by itself while it ran nothing else: one
     * bad task must not take replica after replica along for ever.
     */
    static final int LOSSES_OF_THE_GUILTY = 4;

    /** Losses after which an action fails, whoever caused them: with the back-off that is some ten minutes of bad luck. */
    static final int LOSSES_OF_ANYBODY = 20;

    /** Losses after which an action is tried on a fresh replica of its own, if its last replica ended by itself. */
    public static final int SUSPECT_AFTER = 2;

    /** The same, whoever caused them: what ends replicas from outside, as the kernel does when memory runs out, may have its cause inside. */
    static final int ALONE_AFTER = 6;

    private static final Duration SYSTEM_BACKOFF = Duration.ofMillis(250);

    private static final Duration LONGEST_SYSTEM_BACKOFF = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 30;

    private Retry() {}

    /**
     * The end of an attempt whose replica has gone or has forgotten it.
     *
     * @param failuresSoFar losses before this one
     * @param chance 0 to 1
     */
    public static AttemptEnd lost(
            AttemptKey attempt, Failed how, int failuresSoFar, Suspicion suspicion, Instant now, double chance) {
        int failures = failuresSoFar + 1;
        boolean guilty = suspicion.byItself() && suspicion.ranAlone();
        if (failures >= (guilty ? LOSSES_OF_THE_GUILTY : LOSSES_OF_ANYBODY)) {
            Failed last = new Failed(
                    how.code(),
                    how.message() + " (lost " + failures + " times"
                            + (guilty ? ", at last alone on its replica)" : ")"),
                    how.details());
            return new AttemptEnd(attempt, last, null, true, null, null);
        }
        // The first loss is most likely not its fault: again at once.
        Duration pause =
                failures == 1 ? Duration.ZERO : backoff(SYSTEM_BACKOFF, LONGEST_SYSTEM_BACKOFF, failures - 1, chance);
        boolean apart = failures >= (suspicion.byItself() ? SUSPECT_AFTER : ALONE_AFTER);
        return new AttemptEnd(attempt, how, now.plus(pause), true, apart ? suspicion.alone() : null, null);
    }

    /**
     * What the loss of an attempt says of its action.
     *
     * @param byItself whether the replica ended by its own doing, not by somebody's signal and not by falling silent
     * @param ranAlone whether nothing else can have run in that replica
     * @param alone the pool of fresh replicas in which the action can be tried apart from others; null = its own pool
     */
    public record Suspicion(
            boolean byItself, boolean ranAlone, @Nullable Long alone) {
        public static final Suspicion NONE = new Suspicion(false, false, null);
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
