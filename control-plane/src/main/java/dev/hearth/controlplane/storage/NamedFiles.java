package dev.hearth.controlplane.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

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
    /** Bytes, of 255 that Linux takes: room for what a file is called while it is written. */
    int LONGEST_PART = 240;

    /**
     * Where a file of this name is, or would be: {@code file:///..} or {@code s3://..}.
     *
     * @param name parts between slashes
     * @throws IllegalArgumentException if no file can have this name: it is empty, or would lead elsewhere
     */
    String address(String name);

    /**
     * Replaces what is there. What the stream throws passes through as the cause, and then nothing is written.
     *
     * @throws IllegalArgumentException if no file can have this name, or if a folder has it
     */
    void write(String name, InputStream content);

    /**
     * Empty if there is none, or if the address is not of these files.
     *
     * @param most bytes that it may have
     * @throws IllegalArgumentException if it has more
     */
    Optional<byte[]> read(String address, long most);

    /**
     * Removes files that nobody has written since then; answers how many.
     *
     * @param kept addresses of those that stay
     */
    int removeUntouchedSince(Instant then, Predicate<String> kept);

    /** No part of a name may be empty, a step elsewhere, or longer than file systems take. */
    static boolean isName(String text) {
        return Stream.of(text.split("/", -1))
                .noneMatch(part -> part.isEmpty()
                        || part.equals(".")
                        || part.equals("..")
                        || part.indexOf('\0') >= 0
                        || part.getBytes(UTF_8).length > LONGEST_PART);
    }

    static IllegalArgumentException tooLong(String address, long bytes, long most) {
        return new IllegalArgumentException(
                address + " has " + bytes + " bytes, more than the " + most + " that are read");
    }

    static String checked(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("Not the name of a file: " + name);
        }
        return name;
    }
}
