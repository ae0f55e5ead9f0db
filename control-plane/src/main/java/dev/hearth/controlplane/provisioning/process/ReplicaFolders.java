package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A folder for each start of a replica: where it works, its temporary files, and what it prints. Of those that have ended only
 * what they have printed is kept, and not for ever. Thread-safe. No symbolic link that a task has left is followed.
 */
final class ReplicaFolders {
    /** What stands in a folder that is neither the replica's nor its tasks'. */
    static final String OWN = ".hearth";

    private static final String TEMPORARY = "tmp";

    /** With a part that is drawn: replicas of another database, or of an earlier one, may have the same numbers. */
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})(-[0-9a-f]{6})?");

    private static final Pattern KEPT = Pattern.compile(ReplicaOutput.NAME + "|hs_err_pid\\d+\\.log");
    private static final Logger log = LoggerFactory.getLogger(ReplicaFolders.class);

    private final Path root;
    private final int keep;
    private final long mostOutput;
    private final Set<Path> inUse = ConcurrentHashMap.newKeySet();

    /**
     * @param keep folders of ended replicas that are kept
     * @param mostOutput bytes of a replica's output; beyond it the older half goes
     */
    ReplicaFolders(Path root, int keep, long mostOutput) {
        this.root = root;
        this.keep = keep;
        this.mostOutput = mostOutput;
    }

    Path root() {
        return root;
    }

    /** A folder that has never been any replica's. */
    Path create(long replica) {
        try {
            Files.createDirectories(root);
            Path folder = draw(replica);
            while (!isNew(folder)) {
                folder = draw(replica);
            }
            Files.createDirectory(temporary(folder));
            removeOldest();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for replica " + replica + " in " + root, e);
        }
    }

    private Path draw(long replica) {
        byte[] drawn = new byte[3];
        ThreadLocalRandom.current().nextBytes(drawn);
        return root.resolve(replica + "-" + HexFormat.of().formatHex(drawn));
    }

    private boolean isNew(Path folder) throws IOException {
        if (!inUse.add(folder)) {
            return false;
        }
        try {
            Files.createDirectory(folder);
            return true;
        } catch (FileAlreadyExistsException e) {
            inUse.remove(folder);
            return false;
        }
    }

    /** A replica that was started by an earlier life of the server goes on there, or is being ended. */
    void use(Path folder) {
        inUse.add(folder);
    }

    /** Its replica has ended. Mostly its keeper has done this. */
    void release(Path folder) {
        if (!isReal(folder)) {
            inUse.remove(folder);
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (!KEPT.matcher(file.getFileName().toString()).matches()) {
                    remove(file);
                }
            }
            ReplicaOutput.in(folder).cut(mostOutput);
        } catch (NoSuchFileException e) {
            // Somebody has removed it.
        } catch (IOException e) {
            log.warn("what replica {} has left cannot be removed: {}", folder.getFileName(), e.toString());
        } finally {
            inUse.remove(folder);
        }
    }

    /** Folders that no replica of this life of the server uses, and that hold more than what is kept of one that has ended. */
    List<Path> left() {
        return folders().stream()
                .filter(folder -> !inUse.contains(folder))
                .filter(folder -> Files.exists(folder.resolve(OWN)) || Files.exists(temporary(folder)))
                .toList();
    }

    private List<Path> folders() {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(folder ->
                            NAME.matcher(folder.getFileName().toString()).matches())
                    .filter(ReplicaFolders::isReal)
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A task may have put a link in its place. */
    static boolean isReal(Path folder) {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }

    static long replica(Path folder) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException("no folder of a replica: " + folder);
        }
        return Long.parseLong(name.group(1));
    }

    static Path temporary(Path folder) {
        return folder.resolve(TEMPORARY);
    }

    private void removeOldest() {
        folders().stream()
                .filter(folder -> !inUse.contains(folder))
                .sorted(Comparator.comparingLong(ReplicaFolders::lastUsed).reversed())
                .skip(keep)
                .forEach(ReplicaFolders::remove);
    }

    private static long lastUsed(Path folder) {
        return folder.toFile().lastModified();
    }

    /** Several sweep at the same time, and what somebody else has removed is just as well. */
    private static void remove(Path file) {
        try {
            FileSystemUtils.deleteRecursively(file);
        } catch (IOException e) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                log.warn("cannot remove {}: {}", file, e.toString());
            }
        }
    }

    /** Bounds what replicas print beside the logs of their tasks. */
    void cutOutputs() {
        inUse.forEach(folder -> ReplicaOutput.in(folder).cut(mostOutput));
    }

    /** What the newest start of a replica prints. */
    Optional<ReplicaOutput> output(long replica) {
        return folders().stream()
                .filter(folder -> replica(folder) == replica)
                .max(Comparator.<Path, Boolean>comparing(inUse::contains).thenComparing(ReplicaFolders::lastUsed))
                .map(ReplicaOutput::in);
    }
}
