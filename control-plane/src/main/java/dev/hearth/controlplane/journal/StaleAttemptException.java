package dev.hearth.controlplane.journal;

/** Somebody wished in the name of an attempt that has ended, was taken back or was cancelled. */
public final class StaleAttemptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StaleAttemptException(String message) {
        super(message);
    }
}
