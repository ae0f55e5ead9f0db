package dev.hearth.controlplane.journal;

/** The database has been away for too long to wait for it: nothing of the wish was stored, and it may be repeated later. */
public final class DatabaseAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseAwayException() {
        super("the database cannot be written to now");
    }
}
