package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.provisioning.Placement;
import dev.hearth.controlplane.provisioning.ReplicaLaunch;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs replicas as processes, each beneath a keeper and in a folder of its own, where a later life of the server finds out
 * which process it is. What the command line says is for people: a process that a task forks says the same.
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
    private final Inherited inherited;
    private final Keeper keeper;
    private final ReplicaFolders folders;
    private final Addresses addresses;
    private final Map<Long, KeptProcess> processes = new ConcurrentHashMap<>();

    /** Images that are being made, by the replicas that wait for them. */
    private final Map<Long, String> unready = new ConcurrentHashMap<>();

    private volatile BiConsumer<Long, End> listener = (replica, how) -> {};

    ProcessProvisioner(
            Programs programs, Inherited inherited, Keeper keeper, ReplicaFolders folders, Addresses addresses) {
        this.programs = programs;
        this.inherited = inherited;
        this.keeper = keeper;
        this.folders = folders;
        this.addresses = addresses;
    }

    @Override
    public boolean provisions(String image) {
        return image.startsWith(KIND + ":");
    }

    @Override
    public Placement start(ReplicaLaunch launch) {
        Path folder = folders.create(launch.replica());
        try {
            Program program = programs.find(launch).orElseGet(() -> make(launch, folder));
            KeptProcess process = keeper.start(
                    folder,
                    program.command(new Labels(launch.replica(), folders.root()), folder),
                    environment(program, launch, folder));
            watch(launch.replica(), process);
            return new Placement(KIND, addresses.machine(), process.replica().pid());
        } catch (IOException e) {
            folders.release(folder);
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            folders.release(folder);
            throw e;
        }
    }

    private void watch(long replica, KeptProcess process) {
        processes.put(replica, process);
        process.end()
                .thenAcceptAsync(exitCode -> ended(replica, process.folder(), exitCode), Thread::startVirtualThread);
    }

    private void ended(long replica, Path folder, OptionalInt exitCode) {
        // A keeper that was killed could not do what it is for.
        if (KeptProcess.isUnswept(folder)) {
            sweep(folder);
        }
        folders.release(folder);
        processes.remove(replica);
        listener.accept(
                replica, exitCode.isPresent() ? end(exitCode.getAsInt()) : new End("its process has ended", false));
    }

    private Program make(ReplicaLaunch launch, Path folder) {
        unready.put(launch.replica(), launch.image());
        try {
            return programs.make(launch, ReplicaOutput.in(folder)::print);
        } finally {
            unready.remove(launch.replica());
        }
    }

    /** What is declared, what the worker needs, and of the server's own only what programs cannot do without. */
    private Map<String, String> environment(Program program, ReplicaLaunch launch, Path folder) {
        Map<String, String> environment = inherited.of(System.getenv());
        String temporary = ReplicaFolders.temporary(folder).toString();
        environment.putAll(Map.of("TMPDIR", temporary, "TMP", temporary, "TEMP", temporary));
        program.adapt(environment);
        environment.putAll(launch.env());
        environment.putAll(Map.of(
                "HEARTH_REPLICA_ID", Long.toString(launch.replica()),
                "HEARTH_JOIN_TOKEN", launch.joinToken(),
                "HEARTH_WORKER_ENDPOINT", addresses.workerEndpoints(),
                "HEARTH_BUNDLES_ENDPOINT", addresses.bundlesEndpoint(),
                "HEARTH_BUNDLE", launch.bundle() == null ? "" : launch.bundle(),
                "HEARTH_SLOTS", Integer.toString(launch.slots()),
                "HEARTH_MEMORY_BYTES", Long.toString(launch.resources().memoryBytes()),
                "HEARTH_CPU_MILLIS", Integer.toString(launch.resources().cpuMillis()),
                "HEARTH_WORKER_HOME", folder.toString()));
        return environment;
    }

    private static End end(int exitCode) {
        String how = switch (exitCode) {
            case KILLED ->
                "its process was killed from outside, by the kernel if memory ran out (exit code " + KILLED + ")";
            case TERMINATED -> "its process was told to end while it was busy (exit code " + TERMINATED + ")";
            case OUT_OF_MEMORY -> "its process ran out of memory (exit code " + OUT_OF_MEMORY + ")";
            default -> "its process ended with exit code " + exitCode;
        };
        return new End(how, !NOT_BY_ITSELF.contains(exitCode));
    }

    /** A start that waits for its image keeps no core busy. */
    @Override
    public Room room() {
        Map<Long, String> waiting = Map.copyOf(unready);
        return new Room(STARTS_AT_ONCE + waiting.size(), Set.copyOf(waiting.values()));
    }

    @Override
    public Progress progress(long replica) {
        KeptProcess process = processes.get(replica);
        Duration cpu = process == null
                ? Duration.ZERO
                : Stream.concat(Stream.of(process.replica()), process.replica().descendants())
                        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                        .reduce(Duration.ZERO, Duration::plus);
        return new Progress(
                cpu, folders.output(replica).map(ReplicaOutput::length).orElse(0L));
    }

    @Override
    public void stop(long replica, boolean atOnce) {
        KeptProcess process = processes.get(replica);
        if (process != null) {
            if (atOnce) {
                process.replica().destroyForcibly();
            } else {
                process.replica().destroy();
            }
        }
    }

    @Override
    public Set<Long> present() {
        return Set.copyOf(processes.keySet());
    }

    @Override
    public void adopt(Map<Long, OptionalLong> replicas) {
        for (Path folder : folders.left()) {
            folders.use(folder);
            long replica = ReplicaFolders.replica(folder);
            KeptProcess.Trace trace = KeptProcess.trace(folder);
            OptionalLong wanted = replicas.get(replica);
            Optional<KeptProcess> process = trace.process(folder)
                    .filter(found -> wanted != null
                            && wanted.orElse(found.replica().pid())
                                    == found.replica().pid());
            if (process.isPresent()) {
                log.info(
                        "replica {} (pid {}) was found running and goes on",
                        replica,
                        process.get().replica().pid());
                watch(replica, process.get());
            } else {
                Thread.ofVirtual().name("sweep").start(() -> endUnwanted(folder, trace));
            }
        }
    }

    /** The keeper does all that is to be done, if it is there. */
    private void endUnwanted(Path folder, KeptProcess.Trace trace) {
        trace.replica().ifPresent(process -> {
            log.info("ending process {}: replica {} is wanted no more", process.pid(), ReplicaFolders.replica(folder));
            process.destroyForcibly();
        });
        trace.keeper().ifPresentOrElse(process -> process.onExit().join(), () -> sweep(folder));
        folders.release(folder);
    }

    private void sweep(Path folder) {
        try {
            keeper.sweep(folder, KeptProcess.trace(folder));
        } catch (IOException e) {
            log.warn("what replica {} has left running cannot be looked for: {}", folder.getFileName(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of each replica that is there; called each second. */
    @Override
    public void tidy() {
        folders.cutOutputs();
    }

    @Override
    public void onEnd(BiConsumer<Long, End> told) {
        listener = told;
    }

    @Override
    public String lastOutput(long replica) {
        return folders.output(replica).map(ReplicaOutput::tail).orElse("");
    }
}
