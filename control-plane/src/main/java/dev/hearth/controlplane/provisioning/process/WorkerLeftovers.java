package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/** What servers that were killed have left unfinished while they unpacked or trained the worker: hundreds of megabytes each. */
final class WorkerLeftovers {
    /** With the number of the process that was at work. */
    private static final Pattern UNFINISHED =
            Pattern.compile("(?:unpacking|worker\\.aot|[0-9a-f]{16}-java\\d+)-(\\d+)(?:\\.\\w+)*");

    private static final Logger log = LoggerFactory.getLogger(WorkerLeftovers.class);

    private WorkerLeftovers() {}

    /** Removes it from the folder of all workers, and from that of each. */
    static void remove(Path workers) throws IOException {
        for (Path file : listed(workers)) {
            if (isLeft(file)) {
                delete(file);
            } else if (Files.isDirectory(file)) {
                listed(file).stream().filter(WorkerLeftovers::isLeft).forEach(WorkerLeftovers::delete);
            }
        }
    }

    private static List<Path> listed(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static boolean isLeft(Path file) {
        Matcher unfinished = UNFINISHED.matcher(file.getFileName().toString());
        return unfinished.matches()
                && ProcessHandle.of(Long.parseLong(unfinished.group(1))).isEmpty();
    }

    private static void delete(Path file) {
        try {
            FileSystemUtils.deleteRecursively(file);
        } catch (IOException e) {
            log.warn("cannot remove {}: {}", file, e.toString());
        }
    }
}
