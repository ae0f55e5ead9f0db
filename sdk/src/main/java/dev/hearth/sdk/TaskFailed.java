package dev.hearth.sdk;

import org.jspecify.annotations.Nullable;

/**
 * A task has failed, here or far away. Its code says how: see {@link dev.hearth.model.ErrorCode}. Of one that failed far away the
 * remote stack is the cause, so that it stands in every trace.
 */
public final class TaskFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String task;
    private final String code;
    private final String reason;
    private final @Nullable String details;

    public TaskFailed(String task, String code, String message, @Nullable String details, @Nullable Throwable cause) {
        super(
                task + " failed (" + code + "): " + message,
                cause == null && details != null ? new RemoteStack(details) : cause);
        this.task = task;
        this.code = code;
        this.reason = message;
        this.details = details;
    }

    /** Name of the task, or of the run. */
    public String task() {
        return task;
    }

    /** For programs: one of {@link dev.hearth.model.ErrorCode}, or the task's own ({@link NonRetryable}). */
    public String code() {
        return code;
    }

    /** What happened, without the task's name. */
    public String reason() {
        return reason;
    }

    /** Stack trace of the remote side, if there is one. */
    public @Nullable String details() {
        return details;
    }

    /** The frames of another process, as text: it has none of its own. */
    private static final class RemoteStack extends Exception {
        private static final long serialVersionUID = 1L;

        RemoteStack(String stack) {
            super(stack.stripTrailing(), null, false, false);
        }
    }
}
