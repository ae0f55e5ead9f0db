package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.provisioning.Placement;
import dev.hearth.controlplane.provisioning.ReplicaLaunch;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs replicas as child JVMs. Each carries its id and this server's data folder on its command line, by which a later life
 * of the server finds it.
 */
final class ProcessProvisioner implements ReplicaProvisioner {
    private static final String KIND = "process";

    /** The heap's part of the declared memory; the rest is the JVM's own. */
    private static final double HEAP_SHARE = 0.75;

    /** Of tasks: one that never waits holds a carrier, and its neighbours must go on. The kernel shares the cores. */
    private static final int LEAST_CARRIERS = 4;

    /** Exit codes of a worker: see WorkerService. */
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

    private final CompletableFuture<WorkerInstallation> worker;
    private final ReplicaFolders folders;
    private final Addresses addresses;
    private final Map<Long, ProcessHandle> processes = new ConcurrentHashMap<>();
    private volatile BiConsumer<Long, End> listener = (replica, how) -> {};

    ProcessProvisioner(CompletableFuture<WorkerInstallation> worker, ReplicaFolders folders, Addresses addresses) {
        this.worker = worker;
        this.folders = folders;
        this.addresses = addresses;
    }

    @Override
    public boolean provisions(String image) {
        return image.startsWith(KIND + ":");
    }

    @Override
    public Placement start(ReplicaLaunch launch) {
        Path folder = folders.create(launch.replica(), processes.keySet());
        ProcessBuilder builder = new ProcessBuilder(worker.join().command(options(launch)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folders.output(launch.replica()).toFile());
        fill(builder.environment(), launch, folder);
        try {
            Process process = builder.start();
            processes.put(launch.replica(), process.toHandle());
            process.onExit().thenAccept(ended -> ended(launch.replica(), end(ended.exitValue())));
            return new Placement(KIND, addresses.machine(), process.pid());
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private List<String> options(ReplicaLaunch launch) {
        int cpus = Math.max(1, (launch.resources().cpuMillis() + 999) / 1_000);
        long heapMebibytes = (long) (launch.resources().memoryBytes() * HEAP_SHARE) >> 20;
        return List.of(
                "-Xmx" + Math.max(16, heapMebibytes) + "m",
                "-XX:ActiveProcessorCount=" + cpus,
                "-Djdk.virtualThreadScheduler.parallelism=" + Math.max(LEAST_CARRIERS, 2 * cpus),
                label("replica", Long.toString(launch.replica())),
                label("folder", folders.root().toString()));
    }

    private static String label(String name, String value) {
        return "-Dhearth.label." + name + "=" + value;
    }

    /** What is declared, and what the worker needs; nothing of what this server was told, its secrets least of all. */
    private void fill(Map<String, String> environment, ReplicaLaunch launch, Path folder) {
        environment.keySet().removeIf(name -> name.startsWith("HEARTH_") || name.startsWith("SPRING_"));
        environment.putAll(launch.env());
        environment.putAll(new HashMap<>(Map.of(
                "HEARTH_REPLICA_ID", Long.toString(launch.replica()),
                "HEARTH_JOIN_TOKEN", launch.joinToken(),
                "HEARTH_WORKER_ENDPOINT", addresses.workerEndpoints(),
                "HEARTH_BUNDLES_ENDPOINT", addresses.bundlesEndpoint(),
                "HEARTH_BUNDLE", launch.bundle() == null ? "" : launch.bundle(),
                "HEARTH_SLOTS", Integer.toString(launch.slots()),
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

    @Override
    public int startsAtOnce() {
        return STARTS_AT_ONCE;
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
        Pattern replica = Pattern.compile(Pattern.quote(label("replica", "")) + "(\\d{1,18})");
        String mine = label("folder", folders.root().toString());
        Map<Long, ProcessHandle> found = new HashMap<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            List<String> arguments =
                    new ArrayList<>(List.of(process.info().arguments().orElse(new String[0])));
            if (arguments.contains(mine)) {
                for (String argument : arguments) {
                    Matcher matcher = replica.matcher(argument);
                    if (matcher.matches()) {
                        found.put(Long.valueOf(matcher.group(1)), process);
                    }
                }
            }
        }
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
