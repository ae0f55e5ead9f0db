package dev.hearth.benchmarks.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A control plane as a process, with a proxy between it and the replicas. */
final class Server implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);
    private static final Duration STOPS_WITHIN = Duration.ofMinutes(1);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Path home;
    private final ProcessBuilder builder;
    private final int port = Database.freePort();
    private final Proxy proxy;
    private Process process;

    Server(Path home, Path jar, Path blobs, String databaseUrl) throws IOException {
        this.home = Files.createDirectories(home);
        int workerPort = Database.freePort();
        this.proxy = new Proxy(workerPort);
        this.builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        jar.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("server.log").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("HEARTH_"));
        builder.environment()
                .putAll(Map.of(
                        "HEARTH_HOME",
                        home.toString(),
                        "HEARTH_PORT",
                        Integer.toString(port),
                        "HEARTH_WORKER_PORT",
                        Integer.toString(workerPort),
                        "HEARTH_WORKER_ADVERTISED",
                        "127.0.0.1:" + proxy.port(),
                        "HEARTH_BLOBS",
                        blobs.toString(),
                        "HEARTH_DB_URL",
                        databaseUrl,
                        "HEARTH_DB_USER",
                        "postgres",
                        "HEARTH_DB_PASSWORD",
                        "postgres"));
        this.process = builder.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    Proxy proxy() {
        return proxy;
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    void startAgain() throws IOException {
        if (!process.isAlive()) {
            process = builder.start();
        }
    }

    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("a control plane is not ready, see " + home.resolve("server.log"));
            }
            Thread.sleep(100);
        }
    }

    private boolean isReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint() + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(3))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Answers how many processes would not go. */
    int stop() throws InterruptedException {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        family.add(process.toHandle());
        process.destroy();
        process.waitFor(STOPS_WITHIN.toSeconds(), TimeUnit.SECONDS);
        List<ProcessHandle> left =
                family.stream().filter(ProcessHandle::isAlive).toList();
        left.forEach(ProcessHandle::destroyForcibly);
        return left.size();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        proxy.close();
        http.close();
    }
}
