package dev.hearth.controlplane.storage;

import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Keeps files under names that others choose and addresses that others read by themselves. A file is there whole or not at all.
 * Thread-safe, across processes too. What it cannot do now but may do later fails with a {@link StorageException}.
 */
public sealed interface NamedFiles permits FolderFiles, S3Files {
    /**
     * Where a file of this name is, or would be: {@code file:///..} or {@code s3://..}.
     *
     * @param name parts between slashes
     * @throws IllegalArgumentException if no file can have this name: it is empty, or would lead elsewhere
     */
    String address(String name);

    /** Replaces what is there. What the stream throws passes through as the cause, and then nothing is written. */
    void write(String name, InputStream content);

    /** Empty if there is none, or if the address is not of these files. */
    Optional<byte[]> read(String address);

    /**
     * Removes files that nobody has written since then; answers how many.
     *
     * @param kept addresses of those that stay
     */
    int removeUntouchedSince(Instant then, Predicate<String> kept);

    /** No part of a name may be empty or a step elsewhere. */
    static boolean isName(String text) {
        return Stream.of(text.split("/", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0);
    }

    static String checked(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("Not the name of a file: " + name);
        }
        return name;
    }
}
