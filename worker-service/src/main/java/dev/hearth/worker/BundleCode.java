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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The code that a replica hosts: a jar, fetched by its hash and loaded in a class loader of its own. */
record BundleCode(Path jar) {
    private static final int OK = 200;

    /** Fetches the jar that the settings name, and checks that it is that jar. */
    static BundleCode fetch(WorkerSettings settings) {
        Path jar = settings.home().resolve("bundle.jar");
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(settings.bundlesEndpoint() + "/api/v1/bundles/" + settings.bundle() + "/content"))
                .header("X-Hearth-Replica", settings.replica() + ":" + settings.joinToken())
                .build();
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<Path> response = http.send(request, BodyHandlers.ofFile(jar));
            if (response.statusCode() != OK) {
                throw new IllegalStateException("bundle " + settings.bundle() + ": the control plane answered "
                        + response.statusCode() + " " + Files.readString(jar));
            }
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
            if (!hash.equals(settings.bundle())) {
                throw new IllegalStateException("bundle " + settings.bundle() + " arrived as " + hash);
            }
            return new BundleCode(jar);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fetch bundle " + settings.bundle(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
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
