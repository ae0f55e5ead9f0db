package dev.hearth.controlplane.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Named files of a local or shared folder. */
final class FolderFiles implements NamedFiles {
    private static final String SCHEME = "file://";

    private final Path root;

    FolderFiles(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public String address(String name) {
        return SCHEME + path(name);
    }

    private Path path(String name) {
        try {
            return root.resolve(NamedFiles.checked(name));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("Not the name of a file: " + name, e);
        }
    }

    @Override
    public void write(String name, InputStream content) {
        Path file = path(name);
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(name + " is a folder");
        }
        try {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), ".", ".part");
            try {
                Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException("what should be a folder of " + name + " is a file", e);
        } catch (IOException e) {
            throw new StorageException("Cannot write " + file, e);
        }
    }

    @Override
    public Optional<byte[]> read(String address, long most) {
        Path file = found(address);
        if (file == null) {
            return Optional.empty();
        }
        try {
            // Tasks write here, and may have left links to elsewhere.
            if (!file.toRealPath().startsWith(root.toRealPath()) || !Files.isRegularFile(file)) {
                return Optional.empty();
            }
            if (Files.size(file) > most) {
                throw NamedFiles.tooLong(address, Files.size(file), most);
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StorageException("Cannot read " + file, e);
        }
    }

    private @Nullable Path found(String address) {
        try {
            Path file = address.startsWith(SCHEME)
                    ? Path.of(address.substring(SCHEME.length())).normalize()
                    : root;
            return file.startsWith(root) && !file.equals(root) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Folders that have become empty go with their files. */
    @Override
    public int removeUntouchedSince(Instant then, Predicate<String> kept) {
        if (!Files.isDirectory(root)) {
            return 0;
        }
        Removal removal = new Removal(then, kept);
        try {
            Files.walkFileTree(root, removal);
        } catch (IOException e) {
            throw new StorageException("Cannot look through " + root, e);
        }
        return removal.removed;
    }

    private final class Removal extends SimpleFileVisitor<Path> {
        private final Instant then;
        private final Predicate<String> kept;
        private final Set<Path> oldFolders = new HashSet<>();
        private int removed;

        Removal(Instant then, Predicate<String> kept) {
            this.then = then;
            this.kept = kept;
        }

        /** To remove a file changes the time of its folder. */
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes known) {
            if (known.lastModifiedTime().toInstant().isBefore(then)) {
                oldFolders.add(folder);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes known) throws IOException {
            if (known.lastModifiedTime().toInstant().isBefore(then) && !kept.test(SCHEME + file)) {
                removed += Files.deleteIfExists(file) ? 1 : 0;
            }
            return FileVisitResult.CONTINUE;
        }

        /** Somebody else may be at it, or write there just now. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException fault) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException fault) {
            if (oldFolders.remove(folder)) {
                folder.toFile().delete(); // only if it is empty
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
