package dev.hearth.controlplane.journal;

import org.jspecify.annotations.Nullable;

/** How an attempt or an action ended. */
public sealed interface Outcome {

    record Succeeded(Payload output) implements Outcome {}

    /**
     * @param code one of {@link dev.hearth.model.ErrorCode}, or a code of the task's own
     * @param details stack trace of the remote side, if any
     */
    record Failed(String code, String message, @Nullable String details) implements Outcome {}
}
