package dev.hearth.sdk;

import dev.hearth.model.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Thrown by a task: another try cannot help, so its retries are not used. */
public final class NonRetryable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** With code USER. */
    public NonRetryable(String message) {
        this(ErrorCode.USER, message, null);
    }

    /**
     * @param code for programs, of the task's own choice, e.g. {@code CARD_DECLINED}; callers find it in {@link TaskFailed#code()}
     * @throws IllegalArgumentException if the code is one that only the platform may use
     */
    public NonRetryable(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        if (code != null && ErrorCode.isReserved(code)) {
            throw new IllegalArgumentException("code " + code + " is the platform's: choose one of the task's own");
        }
        this.code = code;
    }

    public String code() {
        return code;
    }
}
