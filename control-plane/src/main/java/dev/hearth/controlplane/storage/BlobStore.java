package dev.hearth.controlplane.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Keeps bytes under the name of their SHA-256: what is there is whole, durable, and never changes. Thread-safe, across
 * processes too. What it cannot do now but may do later fails with a {@link StorageException}.
 */
public sealed interface BlobStore permits FolderBlobStore, S3BlobStore {
    /** A SHA-256 in lower-case hexadecimal digits. */
    Pattern NAME = Pattern.compile("[0-9a-f]{64}");

    /** A store of files in {@code folder}, which is made if it is missing. */
    static BlobStore in(Path folder, InstantSource clock) {
        return new FolderBlobStore(folder, clock);
    }

    /** Whether a text looks like the name of a blob: 64 lower-case hexadecimal digits. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Guards against names that would lead elsewhere. */
    static void requireName(String text) {
        if (!isName(text)) {
            throw new IllegalArgumentException("Not the name of a blob: " + text);
        }
    }

    /** Stores bytes; answers their name once they are durable. What had been stored before counts as stored just now. */
    String put(byte[] bytes);

    /** Writes a stream to a local file, to be looked at and then {@link #keep kept} or closed. */
    Upload receive(InputStream bytes) throws IOException;

    /** Makes a received file a blob, durably. */
    void keep(Upload upload) throws IOException;

    /**
     * All bytes of a blob.
     *
     * @throws UncheckedIOException if there is none of that name
     */
    byte[] get(String name);

    /**
     * The bytes of a blob, one after the other; to be closed.
     *
     * @throws UncheckedIOException if there is none of that name
     */
    InputStream open(String name);

    boolean exists(String name);

    /**
     * Removes blobs that nobody has stored, or stored again, since then; answers how many.
     *
     * @param kept names of those that stay
     */
    int removeUntouchedSince(Instant then, Predicate<String> kept);
}
