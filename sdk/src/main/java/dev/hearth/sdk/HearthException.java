package dev.hearth.sdk;

import dev.hearth.model.Violation;
import java.util.List;

/** The server refused a call, or could not be reached. */
public final class HearthException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<Violation> errors;

    HearthException(int status, String message, List<Violation> errors) {
        super(message);
        this.status = status;
        this.errors = List.copyOf(errors);
    }

    HearthException(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
        this.errors = List.of();
    }

    /** HTTP status; 0 = the server was not reached. */
    public int status() {
        return status;
    }

    /** The faulty fields that the server named. */
    public List<Violation> errors() {
        return errors;
    }
}
