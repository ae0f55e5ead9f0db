package dev.hearth.controlplane.admin;

import dev.hearth.api.ActionView;
import dev.hearth.api.ActionView.AttemptView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where the time of an action's last attempt went, for the run page's columns. */
public final class Timings {
    Timings() {}

    /** From the queue to a slot. */
    public String waited(ActionView action) {
        AttemptView last = last(action);
        return last == null ? "" : between(last.queuedAt(), last.dispatchedAt());
    }

    /** From the first line of the task to its last. */
    public String ran(ActionView action) {
        AttemptView last = last(action);
        return last == null ? "" : between(last.startedAt(), last.endedAt());
    }

    /** What kind of process it met. */
    public String warmth(ActionView action) {
        AttemptView last = last(action);
        if (last == null || last.startedAt() == null) {
            return "";
        }
        return last.reused() ? "warm, served " + last.servedBefore() + " before" : "first of its replica";
    }

    private static @Nullable AttemptView last(ActionView action) {
        return action.attempts().isEmpty() ? null : action.attempts().getLast();
    }

    private static String between(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? "" : Durations.text(Duration.between(from, to));
    }
}
