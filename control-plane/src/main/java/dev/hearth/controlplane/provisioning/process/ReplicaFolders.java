package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/** A folder for each replica, with what it prints. Those of ended replicas are kept for a while. */
record ReplicaFolders(Path root, int keep) {
    private static final int TAIL_BYTES = 4 << 10;

    Path create(long replica, Set<Long> live) {
        try {
            Path folder = Files.createDirectories(of(replica));
            removeOldest(live);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for replica " + replica + " in " + root, e);
        }
    }

    Path output(long replica) {
        return of(replica).resolve("output.log");
    }

    /** Adds a line to what it prints, before there is a process that does. */
    void print(long replica, String line) {
        try {
            Files.writeString(output(replica), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the output of replica " + replica, e);
        }
    }

    private Path of(long replica) {
        return root.resolve(Long.toString(replica));
    }

    private void removeOldest(Set<Long> live) throws IOException {
        try (Stream<Path> folders = Files.list(root)) {
            List<Long> ended = folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.matches("\\d{1,18}"))
                    .map(Long::valueOf)
                    .filter(replica -> !live.contains(replica))
                    .sorted(Comparator.reverseOrder())
                    .toList();
            // The folder that was just made counts as ended: its process is not there yet.
            for (long replica : ended.subList(Math.min(keep + 1, ended.size()), ended.size())) {
                removeIfThere(of(replica));
            }
        }
    }

    /** Replicas are made at the same time, and each of them sweeps. */
    private static void removeIfThere(Path folder) throws IOException {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (NoSuchFileException removedMeanwhile) {
            // Just as well.
        }
    }

    /** The end of what a replica has printed. */
    String tail(long replica) {
        try (RandomAccessFile file = new RandomAccessFile(output(replica).toFile(), "r")) {
            long start = Math.max(0, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - start)];
            file.seek(start);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
        } catch (IOException e) {
            return "";
        }
    }
}
