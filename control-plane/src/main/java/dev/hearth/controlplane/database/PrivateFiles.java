package dev.hearth.controlplane.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/** Files and folders that only the user of this process may read. */
final class PrivateFiles {
    private PrivateFiles() {}

    /** Where the file system knows of rights. */
    static void close(Path folder) throws IOException {
        if (Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class)) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** All of it or nothing: such a file comes with its rights, and then under its name. */
    static void write(Path file, String text) throws IOException {
        Path part = Files.createTempFile(file.getParent(), "." + file.getFileName(), "");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
