package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;

/**
 * The worker, unpacked once into the data folder, with an AOT cache that makes its start two to three times as fast. Kept by
 * the hash of the worker and the Java version, so that an upgrade makes its own.
 */
final class WorkerInstallation {
    private static final String MAIN_CLASS = "dev.hearth.worker.WorkerService";
    private static final String CACHE = "worker.aot";
    private static final Duration UNPACK_WITHIN = Duration.ofMinutes(5);

    /** The same for training and for replicas: a cache fits only the flags that it was made with. */
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-Xlog:disable", "-Xlog:all=error:stderr");

    private static final Logger log = LoggerFactory.getLogger(WorkerInstallation.class);

    private final Path folder;

    WorkerInstallation(Path folder) {
        this.folder = folder;
    }

    /** Blocks until the worker is there, a few seconds the first time. */
    static WorkerInstallation prepare(Path home) {
        try {
            Path workers = Files.createDirectories(home.resolve("worker"));
            WorkerLeftovers.remove(workers);
            Path jar = workers.resolve("unpacking-" + ProcessHandle.current().pid() + ".jar");
            Path folder =
                    workers.resolve(copy(jar) + "-java" + Runtime.version().feature());
            if (!Files.exists(folder)) {
                log.info("unpacking the worker and making its AOT cache (once, a few seconds)");
                Path fresh = workers.resolve(
                        folder.getFileName() + "-" + ProcessHandle.current().pid());
                run(
                        workers,
                        UNPACK_WITHIN,
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--destination",
                        fresh.toString(),
                        "--application-filename",
                        "worker.jar");
                moveInto(fresh, folder);
            }
            Files.deleteIfExists(jar);
            return new WorkerInstallation(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the worker into " + home, e);
        }
    }

    /** Another server on the same folder may have been faster: then its work is as good as ours. */
    private static void moveInto(Path fresh, Path folder) throws IOException {
        try {
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.exists(folder)) {
                throw e;
            }
        }
    }

    private static String copy(Path target) throws IOException {
        try (InputStream in = new ClassPathResource("worker/worker-service.jar").getInputStream()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Files.copy(new DigestInputStream(in, digest), target, StandardCopyOption.REPLACE_EXISTING);
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    boolean isTrained() {
        return Files.exists(folder.resolve(CACHE));
    }

    /**
     * Makes the AOT cache. What it has begun goes with it if it fails.
     *
     * @throws IOException if it cannot be made within this time, or not at all
     */
    void train(Duration within) throws IOException {
        Path fresh = folder.resolve(CACHE + "-" + ProcessHandle.current().pid());
        List<String> arguments = new ArrayList<>(FLAGS);
        arguments.addAll(
                List.of("-XX:AOTCacheOutput=" + fresh, "-Dhearth.worker.train=true", "-cp", classPath(), MAIN_CLASS));
        try {
            run(folder, within, arguments.toArray(String[]::new));
            Files.move(fresh, folder.resolve(CACHE), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
            Files.deleteIfExists(Path.of(fresh + ".config"));
        }
    }

    /** The command of a replica up to its main class. */
    List<String> command(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(FLAGS);
        Path cache = folder.resolve(CACHE);
        if (Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), MAIN_CLASS));
        return command;
    }

    /** One short entry, whose manifest names the libraries: it leaves room on the command line, where replicas are labelled. */
    String classPath() {
        return folder.resolve("worker.jar").toString();
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static void run(Path folder, Duration within, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(within)) {
                throw new IOException("it took longer than " + within.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("exit code " + process.exitValue() + ": " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            // The JVM that makes a cache has a child of its own, which writes it.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.deleteIfExists(output);
        }
    }
}
