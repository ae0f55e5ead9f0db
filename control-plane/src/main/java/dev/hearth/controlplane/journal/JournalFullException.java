package dev.hearth.controlplane.journal;

/** More waits to be written than the journal gathers: nothing of the wish was taken, and it may be repeated in a moment. */
public final class JournalFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalFullException() {
        super("more is being submitted than can be stored now");
    }
}
