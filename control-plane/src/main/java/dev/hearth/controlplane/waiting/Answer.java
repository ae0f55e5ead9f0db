package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import dev.hearth.api.WaitingView.Cause;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers an answer: the cause first, then what is known of it. */
final class Answer {
    private final Cause cause;
    private final Map<String, Object> details = new LinkedHashMap<>();
    private @Nullable Instant since;
    private @Nullable Instant until;

    private Answer(Cause cause) {
        this.cause = cause;
    }

    static Answer of(Cause cause) {
        return new Answer(cause);
    }

    Answer since(@Nullable Instant time) {
        since = time;
        return this;
    }

    Answer until(@Nullable Instant time) {
        until = time;
        return this;
    }

    /** What is not known is left out. */
    Answer with(String name, @Nullable Object value) {
        if (value != null) {
            details.put(name, value);
        }
        return this;
    }

    WaitingView says(String message) {
        boolean waiting = cause != Cause.NOT_WAITING && cause != Cause.RUNNING;
        return new WaitingView(waiting, cause, message, since, until, details);
    }
}
