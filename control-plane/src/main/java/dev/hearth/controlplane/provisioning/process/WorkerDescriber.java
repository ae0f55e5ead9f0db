package dev.hearth.controlplane.provisioning.process;

import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.controlplane.environment.BundleDescriber;
import dev.hearth.controlplane.environment.BundleRefusedException;
import dev.hearth.controlplane.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpStatus;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Looks into a jar with the worker's own eyes, in a process of its own: the jar's code runs there, never in the server. */
record WorkerDescriber(CompletableFuture<WorkerInstallation> worker, Inherited inherited, Duration timeout)
        implements BundleDescriber {
    private static final String MAIN_CLASS = "dev.hearth.worker.Describe";

    /** Of one core: what still works is slow, and may be asked again; what does not never comes to an end. */
    private static final double LEAST_SHARE = 0.02;

    /** Ended from outside, as the kernel does when memory runs out: it says nothing of the jar. */
    private static final Set<Integer> KILLED = Set.of(128 + 9, 128 + 15);

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<DeclaredEnvironment>> ENVIRONMENTS = new TypeReference<>() {};

    @Override
    public List<DeclaredEnvironment> describe(Path jar) {
        try {
            Path answer = Files.createTempFile("describe", ".json");
            Path errors = Files.createTempFile("describe", ".txt");
            try {
                return describe(jar, answer, errors);
            } finally {
                Files.deleteIfExists(answer);
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into a bundle", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private List<DeclaredEnvironment> describe(Path jar, Path answer, Path errors)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        WorkerInstallation.java(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        installation().classPath(),
                        MAIN_CLASS,
                        jar.toString())
                .redirectOutput(answer.toFile())
                .redirectError(errors.toFile());
        builder.environment().keySet().retainAll(inherited.of(System.getenv()).keySet());
        Process process = builder.start();
        try {
            await(process);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (KILLED.contains(process.exitValue())) {
            throw busy("The process that loads the jar's environments was ended from outside.");
        }
        if (process.exitValue() != 0) {
            throw new BundleRefusedException(Files.readString(errors).strip());
        }
        return JSON.readValue(Files.readString(answer), ENVIRONMENTS);
    }

    private void await(Process process) throws InterruptedException {
        long half = timeout.toMillis() / 2;
        if (process.waitFor(half, TimeUnit.MILLISECONDS)) {
            return;
        }
        Duration before = cpu(process);
        if (process.waitFor(half, TimeUnit.MILLISECONDS)) {
            return;
        }
        String late = "Loading the jar's environments took longer than " + timeout.toSeconds()
                + " s (hearth.provisioning.describe-timeout)";
        if (cpu(process).minus(before).toMillis() < LEAST_SHARE * half) {
            throw new BundleRefusedException(late + ", and nothing happened any more: the jar waits for something.");
        }
        throw busy(late + ", and was still at work.");
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static ProblemException busy(String what) {
        return new ProblemException(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The machine is busy",
                what + " Nothing was stored; try again in a moment.",
                List.of());
    }

    private WorkerInstallation installation() throws InterruptedException {
        try {
            return worker.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw busy("The worker that looks into jars is still being unpacked.");
        }
    }
}
