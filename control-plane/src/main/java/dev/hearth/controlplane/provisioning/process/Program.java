package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.image.PythonImages;
import dev.hearth.model.Resources;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What the process of a replica runs. */
sealed interface Program {
    /** For a process that works in this folder. */
    List<String> command(Labels labels, Path folder);

    /** Adds what its image wants to the environment of the process. */
    default void adapt(Map<String, String> environment) {}

    record JavaWorker(WorkerInstallation worker, Resources resources) implements Program {
        /** The heap's part of the declared memory; the rest is the JVM's own. */
        private static final double HEAP_SHARE = 0.75;

        /** Of tasks: one that never waits holds a carrier, and its neighbours must go on. The kernel shares the cores. */
        private static final int LEAST_CARRIERS = 4;

        @Override
        public List<String> command(Labels labels, Path folder) {
            int cpus = Math.max(1, (resources.cpuMillis() + 999) / 1_000);
            long heapMebibytes = (long) (resources.memoryBytes() * HEAP_SHARE) >> 20;
            List<String> options = List.of(
                    "-Xmx" + Math.max(16, heapMebibytes) + "m",
                    "-XX:ActiveProcessorCount=" + cpus,
                    "-Djdk.virtualThreadScheduler.parallelism=" + Math.max(LEAST_CARRIERS, 2 * cpus),
                    "-Djava.io.tmpdir=" + ReplicaFolders.temporary(folder));
            return worker.command(Stream.concat(options.stream(), labels.properties().stream())
                    .toList());
        }
    }

    /**
     * Python with the runner.
     *
     * @param variables that the image's layers declare
     * @param s3Endpoint of the store where the SDK's files may be; empty = Amazon's
     * @param bucket whether they are in such a store, which tasks then enter with the server's access
     */
    record PythonRunner(Path virtualEnvironment, Map<String, String> variables, String s3Endpoint, boolean bucket)
            implements Program {
        /** How the SDK enters a store. */
        private static final Inherited ACCESS = new Inherited(List.of("AWS_*", "FLYTE_AWS_*"));

        /** They would lend packages of the server's user to the tasks. */
        private static final Set<String> FOREIGN = Set.of("PYTHONPATH", "PYTHONHOME");

        @Override
        public List<String> command(Labels labels, Path folder) {
            Path python = PythonImages.python(virtualEnvironment);
            return Stream.concat(Stream.of(python.toString(), "-m", "hearth_runner"), labels.arguments().stream())
                    .toList();
        }

        /** Tasks find the programs of their packages; what they print last is in the file when they crash. */
        @Override
        public void adapt(Map<String, String> environment) {
            environment.keySet().removeAll(FOREIGN);
            String programs = virtualEnvironment.resolve("bin").toString();
            environment.merge("PATH", programs, (path, added) -> added + File.pathSeparator + path);
            environment.put("PYTHONUNBUFFERED", "1");
            if (bucket) {
                ACCESS.of(System.getenv()).forEach(environment::putIfAbsent);
            }
            // The SDK names children after their inputs as they are written, and a set within a dataclass is written in
            // the order of the process's hash seed: a parent that is tried again elsewhere would not find its children.
            environment.put("PYTHONHASHSEED", "0");
            if (!s3Endpoint.isEmpty()) {
                environment.put("FLYTE_AWS_ENDPOINT", s3Endpoint);
            }
            environment.putAll(variables);
        }
    }
}
