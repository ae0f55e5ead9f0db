package dev.hearth.controlplane.admin;

import dev.hearth.api.ActionView;
import dev.hearth.api.ActionView.AttemptView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where the time of an action's attempts went, for the run page. */
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

    /** An attempt in one line: how it ended and where, what each step took, what kind of process it met. */
    public String story(AttemptView attempt) {
        List<String> parts = new ArrayList<>();
        parts.add(attempt.number() + ". " + attempt.phase().name().toLowerCase(Locale.ROOT)
                + (attempt.error() == null ? "" : " " + attempt.error().code())
                + (attempt.replica() == null ? "" : " on replica " + attempt.replica()));
        step(parts, "queued", attempt.queuedAt(), attempt.dispatchedAt());
        if (attempt.coldStartMs() > 0) {
            parts.add("of it cold start " + Durations.text(Duration.ofMillis(attempt.coldStartMs())));
        }
        step(parts, "sent", attempt.dispatchedAt(), attempt.acknowledgedAt());
        step(parts, "began", attempt.acknowledgedAt(), attempt.startedAt());
        step(parts, "ran", attempt.startedAt(), attempt.endedAt());
        step(parts, "committed", attempt.endedAt(), attempt.committedAt());
        if (attempt.startedAt() != null) {
            parts.add(
                    attempt.reused()
                            ? "process " + Durations.text(Duration.ofMillis(attempt.replicaAgeMs())) + " old, served "
                                    + attempt.servedBefore() + " before"
                            : "first of its process");
        }
        if (attempt.staleWrites() > 0) {
            parts.add(attempt.staleWrites() + " late writes refused");
        }
        return String.join(" · ", parts);
    }

    private static void step(List<String> parts, String name, @Nullable Instant from, @Nullable Instant to) {
        if (from != null && to != null) {
            parts.add(name + " " + between(from, to));
        }
    }

    private static @Nullable AttemptView last(ActionView action) {
        return action.attempts().isEmpty() ? null : action.attempts().getLast();
    }

    private static String between(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? "" : Durations.text(Duration.between(from, to));
    }
}
