package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.provisioning.Placement;
import dev.hearth.controlplane.provisioning.ReplicaLaunch;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs replicas as child processes. Each carries its id and this server's data folder on its command line, by which a later
 * life of the server finds it.
 */
final class ProcessProvisioner implements ReplicaProvisioner {
    private static final String KIND = "process";

    /** Exit codes of a worker in any language: see WorkerService. */
    private static final int REFUSED = 3;

    private static final int ORPHANED = 4;
    private static final int OUT_OF_MEMORY = 5;
    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;

    /** These do not speak against the tasks that ran in it. */
    private static final Set<Integer> NOT_BY_ITSELF = Set.of(REFUSED, ORPHANED, KILLED, TERMINATED);

    /** A start keeps a core busy for seconds. Two even on one core, because a start may hang. */
    private static final int STARTS_AT_ONCE = Math.max(2, Runtime.getRuntime().availableProcessors());

    private static final Logger log = LoggerFactory.getLogger(ProcessProvisioner.class);

    private final Programs programs;
    private final ReplicaFolders folders;
    private final Addresses addresses;
    private final Map<Long, ProcessHandle> processes = new ConcurrentHashMap<>();

    /** Images that are being made, by the replicas that wait for them. */
    private final Map<Long, String> unready = new ConcurrentHashMap<>();

    private volatile BiConsumer<Long, End> listener = (replica, how) -> {};

    ProcessProvisioner(Programs programs, ReplicaFolders folders, Addresses addresses) {
        this.programs = programs;
        this.folders = folders;
        this.addresses = addresses;
    }

    @Override
    public boolean provisions(String image) {
        return image.startsWith(KIND + ":");
    }

    @Override
    public Placement start(ReplicaLaunch launch) {
        Set<Long> live = new HashSet<>(processes.keySet());
        live.addAll(unready.keySet());
        Path folder = folders.create(launch.replica(), live);
        Program program = programs.find(launch).orElseGet(() -> make(launch));
        ProcessBuilder builder = new ProcessBuilder(program.command(new Labels(launch.replica(), folders.root())))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        Redirect.appendTo(folders.output(launch.replica()).toFile()));
        fill(builder.environment(), program, launch, folder);
        try {
            Process process = builder.start();
            processes.put(launch.replica(), process.toHandle());
            process.onExit().thenAccept(ended -> ended(launch.replica(), end(ended.exitValue())));
            return new Placement(KIND, addresses.machine(), process.pid());
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private Program make(ReplicaLaunch launch) {
        unready.put(launch.replica(), launch.image());
        try {
            return programs.make(launch, line -> folders.print(launch.replica(), line));
        } finally {
            unready.remove(launch.replica());
        }
    }

    /** What is declared, and what the worker needs; nothing of what this server was told, its secrets least of all. */
    private void fill(Map<String, String> environment, Program program, ReplicaLaunch launch, Path folder) {
        environment.keySet().removeIf(name -> name.startsWith("HEARTH_") || name.startsWith("SPRING_"));
        program.adapt(environment);
        environment.putAll(launch.env());
        environment.putAll(new HashMap<>(Map.of(
                "HEARTH_REPLICA_ID", Long.toString(launch.replica()),
                "HEARTH_JOIN_TOKEN", launch.joinToken(),
                "HEARTH_WORKER_ENDPOINT", addresses.workerEndpoints(),
                "HEARTH_BUNDLES_ENDPOINT", addresses.bundlesEndpoint(),
                "HEARTH_BUNDLE", launch.bundle() == null ? "" : launch.bundle(),
                "HEARTH_SLOTS", Integer.toString(launch.slots()),
                "HEARTH_MEMORY_BYTES", Long.toString(launch.resources().memoryBytes()),
                "HEARTH_CPU_MILLIS", Integer.toString(launch.resources().cpuMillis()),
                "HEARTH_WORKER_HOME", folder.toString())));
    }

    private static End end(int exitCode) {
        String how = switch (exitCode) {
            case KILLED -> "its process was killed (exit code " + KILLED + ")";
            case TERMINATED -> "its process was told to end while it was busy (exit code " + TERMINATED + ")";
            case OUT_OF_MEMORY -> "its process ran out of memory (exit code " + OUT_OF_MEMORY + ")";
            default -> "its process ended with exit code " + exitCode;
        };
        return new End(how, !NOT_BY_ITSELF.contains(exitCode));
    }

    private void ended(long replica, End end) {
        processes.remove(replica);
        listener.accept(replica, end);
    }

    /** A start that waits for its image keeps no core busy. */
    @Override
    public Room room() {
        Map<Long, String> waiting = Map.copyOf(unready);
        return new Room(STARTS_AT_ONCE + waiting.size(), Set.copyOf(waiting.values()));
    }

    @Override
    public void stop(long replica, boolean atOnce) {
        ProcessHandle process = processes.get(replica);
        if (process != null) {
            if (atOnce) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
        }
    }

    @Override
    public Set<Long> present() {
        return Set.copyOf(processes.keySet());
    }

    @Override
    public void adopt(Collection<Long> replicas) {
        found().forEach((replica, process) -> {
            if (replicas.contains(replica)) {
                log.info("replica {} (pid {}) was found running and goes on", replica, process.pid());
                processes.put(replica, process);
                process.onExit().thenAccept(ended -> ended(replica, new End("its process has ended", false)));
            } else {
                log.info("ending process {}: replica {} is wanted no more", process.pid(), replica);
                process.destroyForcibly();
            }
        });
    }

    /** Processes of this machine that carry the label of this server's folder. */
    private Map<Long, ProcessHandle> found() {
        Map<Long, ProcessHandle> found = new HashMap<>();
        ProcessHandle.allProcesses()
                .forEach(process -> Labels.read(process.info().arguments().orElse(new String[0]))
                        .filter(labels -> labels.folder().equals(folders.root()))
                        .ifPresent(labels -> found.put(labels.replica(), process)));
        return found;
    }

    @Override
    public void onEnd(BiConsumer<Long, End> told) {
        listener = told;
    }

    @Override
    public String lastOutput(long replica) {
        return folders.tail(replica);
    }
}
