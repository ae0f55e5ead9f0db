package dev.hearth.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code that a replica hosts: a jar, fetched by its hash and loaded in a class loader of its own. */
record BundleCode(Path jar) {
    private static final int OK = 200;
    private static final int BUSY = 429;
    private static final int SERVER_ERROR = 500;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** A control plane that is started again is back within seconds. */
    private static final Duration TRIES_FOR = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Logger log = LoggerFactory.getLogger(BundleCode.class);

    /** Fetches the jar that the settings name, and checks that it is that jar. */
    static BundleCode fetch(WorkerSettings settings) {
        long end = System.nanoTime() + TRIES_FOR.toNanos();
        while (true) {
            try {
                return fetchOnce(settings);
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw new UncheckedIOException("cannot fetch bundle " + settings.bundle(), e);
                }
                log.warn("fetching bundle {} again: {}", settings.bundle(), e.toString());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Under its name there is only a whole one. */
    private static BundleCode fetchOnce(WorkerSettings settings) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(settings.bundlesEndpoint() + "/api/v1/bundles/" + settings.bundle() + "/content"))
                .header("X-Hearth-Replica", settings.replica() + ":" + settings.joinToken())
                .build();
        Path fresh = Files.createTempFile(settings.home(), "bundle", ".part");
        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build()) {
            HttpResponse<Path> response = http.send(request, BodyHandlers.ofFile(fresh));
            if (response.statusCode() != OK) {
                String answer = "the control plane answered " + response.statusCode() + " " + Files.readString(fresh);
                if (response.statusCode() >= SERVER_ERROR || response.statusCode() == BUSY) {
                    throw new IOException(answer);
                }
                throw new IllegalStateException("bundle " + settings.bundle() + ": " + answer);
            }
            String hash = hash(fresh);
            if (!hash.equals(settings.bundle())) {
                throw new IOException("it arrived as " + hash);
            }
            return new BundleCode(
                    Files.move(fresh, settings.home().resolve("bundle.jar"), StandardCopyOption.ATOMIC_MOVE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static String hash(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Loads the classes that declare environments, and answers what they declare. */
    HostedTasks tasks() {
        BundleClassLoader loader = new BundleClassLoader(jar, WorkerService.class.getClassLoader());
        CommonPoolThreads.serve(loader);
        HostedTasks tasks = new HostedTasks(loader);
        DeclaredEnvironments.load(jar, loader).forEach(tasks::host);
        return tasks;
    }
}
