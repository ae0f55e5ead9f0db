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
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps bytes in files that are named by their SHA-256: what is there is whole, on disk, and never changes. Thread-safe,
 * across processes too.
 */
public final class BlobStore {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;
    private final Path uploads;
    private final InstantSource clock;

    /** Keeps its files in {@code folder}, which is made if it is missing. */
    public BlobStore(Path folder, InstantSource clock) {
        this.clock = clock;
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
        if (touch(path(name))) {
            return name;
        }
        try (Upload upload = Upload.of(uploads, new ByteArrayInputStream(bytes))) {
            keep(upload);
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot store " + bytes.length + " bytes", e);
        }
    }

    /** Whether it is there; then it counts as stored just now. */
    private boolean touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot touch " + file, e);
        }
    }

    /**
     * Removes blobs that nobody has stored, or stored again, since then; answers how many.
     *
     * @param kept names of those that stay
     */
    public int removeUntouchedSince(Instant then, Predicate<String> kept) {
        int removed = 0;
        for (Path file : old(then)) {
            String name = file.getFileName().toString();
            if (isName(name) && !kept.test(name)) {
                removed += remove(file, then) ? 1 : 0;
            }
        }
        return removed;
    }

    private List<Path> old(Instant then) {
        try (Stream<Path> files = Files.find(
                folder,
                2,
                (file, known) -> known.isRegularFile()
                        && known.lastModifiedTime().toInstant().isBefore(then))) {
            return files.filter(file -> !file.startsWith(uploads)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + folder, e);
        }
    }

    /** Takes it away before looking again: who stores the same bytes in between either touched it in time or writes it anew. */
    private boolean remove(Path file, Instant then) {
        Path aside = uploads.resolve(file.getFileName() + ".old");
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            if (Files.getLastModifiedTime(aside).toInstant().isBefore(then)) {
                Files.delete(aside);
                return true;
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return false;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + file, e);
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
