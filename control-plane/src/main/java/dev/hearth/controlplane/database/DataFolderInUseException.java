package dev.hearth.controlplane.database;

import java.nio.file.Path;

/** Another control plane works in this data folder. */
final class DataFolderInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataFolderInUseException(Path home) {
        super("the data folder " + home.toAbsolutePath() + " is in use by another control plane; stop that one, or set "
                + "HEARTH_HOME to another folder");
    }
}
