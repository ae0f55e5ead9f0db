package dev.hearth.controlplane.flyte.connect;

import java.util.Locale;

/**
 * What kind of failure a call ended with, in the words of the Connect protocol. Flyte's SDK repeats a call after UNAVAILABLE,
 * RESOURCE_EXHAUSTED and INTERNAL, and after no other.
 */
public enum Code {
    CANCELED(499),
    UNKNOWN(500),
    INVALID_ARGUMENT(400),
    DEADLINE_EXCEEDED(504),
    NOT_FOUND(404),
    ALREADY_EXISTS(409),
    PERMISSION_DENIED(403),
    RESOURCE_EXHAUSTED(429),
    FAILED_PRECONDITION(400),
    ABORTED(409),
    OUT_OF_RANGE(400),
    UNIMPLEMENTED(501),
    INTERNAL(500),
    UNAVAILABLE(503),
    DATA_LOSS(500),
    UNAUTHENTICATED(401);

    private final int status;

    Code(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
