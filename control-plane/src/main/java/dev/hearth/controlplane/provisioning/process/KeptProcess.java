package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * The process of a replica, and the end of the one that keeps it.
 *
 * @param folder of the replica, which no other start of any replica shares
 * @param end comes behind that of the replica and of all that it has started, with its exit code where that is known
 */
record KeptProcess(Path folder, ProcessHandle replica, CompletableFuture<OptionalInt> end) {
    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    /** Fields of a process behind its name, in the kernel's words. */
    private static final int SESSION = 3;

    private static final int START = 19;

    /** Where the kernel tells no start that clocks cannot change. */
    private static final Duration ABOUT = Duration.ofSeconds(3);

    /**
     * What an earlier life of the server has left in a folder.
     *
     * @param session of the replica, if it is there and has one of its own; else empty
     */
    record Trace(Optional<ProcessHandle> replica, Optional<ProcessHandle> keeper, String session) {
        /** If it can go on: without its keeper nothing would end what it leaves. */
        Optional<KeptProcess> process(Path folder) {
            return replica.flatMap(process -> keeper.map(
                    keeps -> new KeptProcess(folder, process, keeps.onExit().thenApply(ended -> OptionalInt.empty()))));
        }
    }

    private static final Trace NONE = new Trace(Optional.empty(), Optional.empty(), "");

    /** Whether the keeper has not done its work: the note goes with the other files. */
    static boolean isUnswept(Path folder) {
        return ReplicaFolders.isReal(folder) && Files.exists(note(folder));
    }

    private static Path note(Path folder) {
        return folder.resolve(ReplicaFolders.OWN).resolve("process");
    }

    /**
     * Reads what the keeper has noted. A process that has the same number by now is another: the replica is known by when it was
     * started, its keeper by the folder on its command line.
     */
    static Trace trace(Path folder) {
        List<String> noted;
        Instant at;
        try {
            noted = Files.readAllLines(note(folder));
            at = Files.getLastModifiedTime(note(folder)).toInstant();
        } catch (IOException e) {
            return NONE;
        }
        if (noted.size() < 4 || !noted.subList(0, 2).stream().allMatch(NUMBER.asMatchPredicate())) {
            return NONE;
        }
        String keeper = noted.get(1);
        Optional<ProcessHandle> replica = ProcessHandle.of(Long.parseLong(noted.getFirst()))
                .filter(process -> noted.get(3).isEmpty()
                        ? began(process, at)
                        : noted.get(2).equals(line(BOOT))
                                && field(noted.get(3), START).equals(start(process)));
        return new Trace(
                replica,
                ProcessHandle.of(Long.parseLong(keeper)).filter(process -> keeps(process, folder)),
                replica.isPresent() && field(noted.get(3), SESSION).equals(keeper) ? keeper : "");
    }

    private static boolean began(ProcessHandle process, Instant noted) {
        return process.info()
                .startInstant()
                .map(start -> Duration.between(start, noted).abs().compareTo(ABOUT) < 0)
                .orElse(false);
    }

    private static boolean keeps(ProcessHandle process, Path folder) {
        return process.info()
                .arguments()
                .map(arguments -> Arrays.asList(arguments).contains(folder.toString()))
                .orElse(false);
    }

    private static String start(ProcessHandle process) {
        return field(line(PROC.resolve(Long.toString(process.pid())).resolve("stat")), START);
    }

    /** Behind the last bracket, because the name of a process may hold anything. */
    private static String field(String stat, int field) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return field < fields.length ? fields[field] : "none";
    }

    /** Empty if there is none. */
    private static String line(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
