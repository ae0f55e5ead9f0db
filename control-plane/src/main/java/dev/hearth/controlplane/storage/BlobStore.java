package dev.hearth.controlplane.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * Keeps bytes in files that are named by their SHA-256: what is there is whole, on disk, and never changes. Thread-safe,
 * across processes too.
 */
public final class BlobStore {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;
    private final Path uploads;

    /** Keeps its files in {@code folder}, which is made if it is missing. */
    public BlobStore(Path folder) {
        this.folder = folder.toAbsolutePath();
        this.uploads = this.folder.resolve("uploads");
        try {
            Files.createDirectories(uploads);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make the folder of the blob store: " + uploads, e);
        }
    }

    /** Whether a text looks like the name of a blob: 64 lower-case hexadecimal digits. */
    public static boolean isName(String text) {
        return SHA256.matcher(text).matches();
    }

    /** Stores bytes; answers their SHA-256 once they are on disk. The same bytes are stored once. */
    public String put(byte[] bytes) {
        String name = Upload.sha256(bytes);
        if (exists(name)) {
            return name;
        }
        try (Upload upload = Upload.of(uploads, new ByteArrayInputStream(bytes))) {
            keep(upload);
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot store " + bytes.length + " bytes", e);
        }
    }

    /** Writes a stream to a file beside the store, to be looked at and then {@link #keep kept} or closed. */
    public Upload receive(InputStream bytes) throws IOException {
        return Upload.of(uploads, bytes);
    }

    /** Makes a received file a blob, durably. */
    public void keep(Upload upload) throws IOException {
        Path shelf = Files.createDirectories(shelf(upload.sha256()));
        Files.move(
                upload.file(),
                shelf.resolve(upload.sha256()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        sync(shelf);
        sync(folder);
    }

    /** The bytes of a blob; fails if there is none of that name. */
    public byte[] get(String sha256) {
        try {
            return Files.readAllBytes(path(sha256));
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException("There is no blob " + sha256 + " in " + folder, e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read blob " + sha256, e);
        }
    }

    public boolean exists(String sha256) {
        return Files.isRegularFile(path(sha256));
    }

    /** Where a blob of that name is, or would be. */
    public Path path(String sha256) {
        if (!isName(sha256)) {
            throw new IllegalArgumentException("Not the name of a blob: " + sha256);
        }
        return shelf(sha256).resolve(sha256);
    }

    /** 256 folders keep each of them small. */
    private Path shelf(String sha256) {
        return folder.resolve(sha256.substring(0, 2));
    }

    /** A file's new name is durable only when its folder is. */
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
