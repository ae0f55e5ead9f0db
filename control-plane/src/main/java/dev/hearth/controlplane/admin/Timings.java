package dev.hearth.controlplane.admin;

import dev.hearth.api.ActionView;
import dev.hearth.api.ActionView.AttemptView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where the time of an action's attempts went, for the run page. */
public final class Timings {
    Timings() {}

    /** From the queue to a slot. */
    public String waited(ActionView action) {
        AttemptView last = last(action);
        return last == null ? "" : queued(last);
    }

    /** From the first line of the task to its last. */
    public String ran(ActionView action) {
        AttemptView last = last(action);
        return last == null ? "" : ran(last);
    }

    /** What kind of process it met. */
    public String warmth(ActionView action) {
        AttemptView last = last(action);
        if (last == null || last.startedAt() == null) {
            return "";
        }
        return last.reused() ? "warm, served " + last.servedBefore() + " before" : "first of its replica";
    }

    public String queued(AttemptView attempt) {
        return between(attempt.queuedAt(), attempt.dispatchedAt());
    }

    public String coldStart(AttemptView attempt) {
        return attempt.coldStartMs() > 0 ? Durations.text(Duration.ofMillis(attempt.coldStartMs())) : "";
    }

    public String sent(AttemptView attempt) {
        return between(attempt.dispatchedAt(), attempt.acknowledgedAt());
    }

    public String began(AttemptView attempt) {
        return between(attempt.acknowledgedAt(), attempt.startedAt());
    }

    public String ran(AttemptView attempt) {
        return between(attempt.startedAt(), attempt.endedAt());
    }

    /** How much of the time it waited for its children. */
    public String waitedForChildren(AttemptView attempt) {
        return attempt.waitedForChildrenMs() > 0
                ? Durations.text(Duration.ofMillis(attempt.waitedForChildrenMs()))
                : "";
    }

    /** Nothing for one whose replica could not tell: it ended when that was noticed. */
    public String committed(AttemptView attempt) {
        return attempt.startedAt() == null ? "" : between(attempt.endedAt(), attempt.committedAt());
    }

    /** What an attempt found in its process; nothing for one whose replica could not tell that it began. */
    public String process(AttemptView attempt) {
        if (attempt.startedAt() == null) {
            return "";
        }
        return attempt.reused()
                ? Durations.text(Duration.ofMillis(attempt.replicaAgeMs())) + " old, served " + attempt.servedBefore()
                        + " before"
                : "first of its process";
    }

    private static @Nullable AttemptView last(ActionView action) {
        return action.attempts().isEmpty() ? null : action.attempts().getLast();
    }

    private static String between(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? "" : Durations.text(Duration.between(from, to));
    }
}
