package dev.hearth.controlplane.provisioning.process;

import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.controlplane.environment.BundleDescriber;
import dev.hearth.controlplane.environment.BundleRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Looks into a jar with the worker's own eyes, in a process of its own: the jar's code runs there, never in the server. */
record WorkerDescriber(CompletableFuture<WorkerInstallation> worker, Inherited inherited) implements BundleDescriber {
    private static final String MAIN_CLASS = "dev.hearth.worker.Describe";
    private static final int SECONDS = 30;
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
                        worker.join().classPath(),
                        MAIN_CLASS,
                        jar.toString())
                .redirectOutput(answer.toFile())
                .redirectError(errors.toFile());
        builder.environment().keySet().retainAll(inherited.of(System.getenv()).keySet());
        Process process = builder.start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new BundleRefusedException("Loading the jar's environments took longer than " + SECONDS + " s.");
        }
        if (process.exitValue() != 0) {
            throw new BundleRefusedException(Files.readString(errors).strip());
        }
        return JSON.readValue(Files.readString(answer), ENVIRONMENTS);
    }
}
