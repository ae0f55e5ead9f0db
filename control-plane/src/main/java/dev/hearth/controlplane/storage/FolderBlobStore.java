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
import java.util.stream.Stream;

/** Keeps blobs as files of a local or shared folder: what is there is whole and on disk. Thread-safe, across processes too. */
final class FolderBlobStore implements BlobStore {
    private final Path folder;
    private final Path uploads;
    private final InstantSource clock;

    FolderBlobStore(Path folder, InstantSource clock) {
        this.clock = clock;
        this.folder = folder.toAbsolutePath();
        this.uploads = this.folder.resolve("uploads");
        try {
            Files.createDirectories(uploads);
        } catch (IOException e) {
            throw new StorageException("Cannot make the folder of the blob store: " + uploads, e);
        }
    }

    @Override
    public String put(byte[] bytes) {
        String name = Upload.sha256(bytes);
        if (touch(path(name))) {
            return name;
        }
        try (Upload upload = Upload.of(uploads, new ByteArrayInputStream(bytes))) {
            keep(upload);
            return name;
        } catch (IOException e) {
            throw new StorageException("Cannot store " + bytes.length + " bytes", e);
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
            throw new StorageException("Cannot touch " + file, e);
        }
    }

    @Override
    public int removeUntouchedSince(Instant then, Predicate<String> kept) {
        int removed = 0;
        for (Path file : old(then)) {
            String name = file.getFileName().toString();
            if (BlobStore.isName(name) && !kept.test(name)) {
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
            throw new StorageException("Cannot list " + folder, e);
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
            throw new StorageException("Cannot remove " + file, e);
        }
    }

    @Override
    public Upload receive(InputStream bytes) throws IOException {
        return Upload.of(uploads, bytes);
    }

    @Override
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

    @Override
    public byte[] get(String name) {
        try (InputStream bytes = open(name)) {
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new StorageException("Cannot read blob " + name, e);
        }
    }

    @Override
    public InputStream open(String name) {
        try {
            return Files.newInputStream(path(name));
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException("There is no blob " + name + " in " + folder, e);
        } catch (IOException e) {
            throw new StorageException("Cannot read blob " + name, e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.isRegularFile(path(name));
    }

    private Path path(String name) {
        BlobStore.requireName(name);
        return shelf(name).resolve(name);
    }

    /** 256 folders keep each of them small. */
    private Path shelf(String name) {
        return folder.resolve(name.substring(0, 2));
    }

    /** A file's new name is durable only when its folder is. */
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
