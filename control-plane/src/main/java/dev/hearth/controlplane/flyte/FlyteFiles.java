package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.storage.StorageException;
import flyteidl2.task.Inputs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Files as the SDK keeps them, under {@code file://} addresses that replicas read and write by themselves. Thread-safe. */
@Component
final class FlyteFiles {
    private static final String SCHEME = "file://";

    private final Path root;

    FlyteFiles(FlyteSettings settings) {
        this.root = settings.files().toAbsolutePath().normalize();
    }

    /** Where a run keeps its inputs and all that its actions answer. */
    String runBase(Place place, String run) {
        return uri(root.resolve(place.project())
                .resolve(place.domain())
                .resolve("runs")
                .resolve(run));
    }

    /** Answers where they are now. */
    String writeInputs(Place place, Inputs inputs) {
        Path file = root.resolve(place.project())
                .resolve(place.domain())
                .resolve("inputs")
                .resolve(UUID.randomUUID().toString())
                .resolve("inputs.pb");
        write(file, new ByteArrayInputStream(inputs.toByteArray()));
        return uri(file);
    }

    /** A place for an upload; nothing above it can be named. */
    Path upload(Place place, String folder, String name) {
        Path home = root.resolve(place.project()).resolve(place.domain()).resolve("uploads");
        try {
            Path file = home.resolve(folder).resolve(name).normalize();
            if (file.startsWith(home) && !file.equals(home)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // As below.
        }
        throw new ConnectException(
                Code.INVALID_ARGUMENT,
                "filename '" + name + "' and filename_root '" + folder + "' are no place for a file");
    }

    static String uri(Path file) {
        return SCHEME + file;
    }

    /** Whole or not at all. */
    void write(Path file, InputStream content) {
        try {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), ".", ".part");
            try {
                Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new StorageException("cannot write " + file, e);
        }
    }

    /** Null if there is none. Addresses outside of this server's files are not read. */
    byte @Nullable [] read(String uri) {
        Path file = path(uri);
        if (file == null || !Files.isRegularFile(file)) {
            return null;
        }
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StorageException("cannot read " + file, e);
        }
    }

    private @Nullable Path path(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return null;
        }
        Path file = Path.of(uri.substring(SCHEME.length())).normalize();
        return file.startsWith(root) ? file : null;
    }
}
