package dev.hearth.controlplane.storage;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The blob store is full or away: the same call may succeed in a moment. */
public final class StorageException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    public StorageException(String message, IOException cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
