package dev.hearth.controlplane.provisioning.process;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.image.ImageLayers;
import dev.hearth.controlplane.image.PythonImages;
import dev.hearth.controlplane.provisioning.ReplicaLaunch;
import dev.hearth.controlplane.provisioning.process.Program.JavaWorker;
import dev.hearth.controlplane.provisioning.process.Program.PythonRunner;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The programs of the images that processes can be of: {@code process:java}, and {@code process:python/} with a name behind it.
 *
 * @param s3Endpoint of the store where files may be; empty = Amazon's
 * @param bucket whether files of the Flyte SDK are in such a store
 */
record Programs(CompletableFuture<WorkerInstallation> worker, PythonImages images, String s3Endpoint, boolean bucket) {
    private static final String PYTHON = "process:python/";

    /** The program, if what it needs is on this machine. */
    Optional<Program> find(ReplicaLaunch launch) {
        if (launch.image().equals(EnvironmentSpec.PROCESS_JAVA)) {
            return Optional.of(new JavaWorker(worker.join(), launch.resources()));
        }
        String name = name(launch);
        return images.built(name).map(folder -> runner(name, folder));
    }

    /** Makes what the program needs; blocks meanwhile, for minutes perhaps. */
    Program make(ReplicaLaunch launch, Consumer<String> progress) {
        String name = name(launch);
        return runner(name, images.build(name, progress));
    }

    private Program runner(String name, Path folder) {
        return new PythonRunner(
                folder, images.find(name).map(ImageLayers::variables).orElse(Map.of()), s3Endpoint, bucket);
    }

    private static String name(ReplicaLaunch launch) {
        if (!launch.image().startsWith(PYTHON)) {
            throw new IllegalArgumentException("processes are of " + EnvironmentSpec.PROCESS_JAVA + " or " + PYTHON
                    + "<image>, not of " + launch.image());
        }
        return launch.image().substring(PYTHON.length());
    }
}
