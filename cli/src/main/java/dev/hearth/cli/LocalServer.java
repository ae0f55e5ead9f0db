package dev.hearth.cli;

import dev.hearth.sdk.HearthException;
import dev.hearth.sdk.Rest;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A control plane that a verb starts for itself, as a child process on this machine. */
final class LocalServer implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final String SPINNER = "|/-\\";

    private final Process process;
    private final Path home;
    private final String endpoint;

    private LocalServer(Process process, Path home, String endpoint) {
        this.process = process;
        this.home = home;
        this.endpoint = endpoint;
    }

    /** Starts it on this data folder and the wanted ports, or on free ones if those are taken, and waits until it is ready. */
    static LocalServer start(Path home, PrintWriter progress) throws IOException, InterruptedException {
        Files.createDirectories(home);
        int port = port("HEARTH_PORT", 8080, progress);
        int workerPort = port("HEARTH_WORKER_PORT", 9090, progress);
        Path log = home.resolve("server.log").toAbsolutePath();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        Installation.find().serverJar().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "HEARTH_HOME", home.toAbsolutePath().toString(),
                        "HEARTH_PORT", Integer.toString(port),
                        "HEARTH_WORKER_PORT", Integer.toString(workerPort)));
        LocalServer server = new LocalServer(builder.start(), home, "http://127.0.0.1:" + port);
        try {
            server.awaitReady(log, progress);
        } catch (RuntimeException | InterruptedException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private void awaitReady(Path log, PrintWriter progress) throws IOException, InterruptedException {
        long start = System.nanoTime();
        boolean draws = Progress.isTerminal();
        try (Rest rest = connect()) {
            for (int turn = 0; !isReady(rest); turn++) {
                if (!process.isAlive()) {
                    throw new UsageException("the server has ended; the end of its log " + log + ":\n" + tail(log));
                }
                if (System.nanoTime() - start > STARTS_WITHIN.toNanos()) {
                    throw new UsageException("the server is not ready after " + STARTS_WITHIN + ", see " + log);
                }
                if (draws) {
                    progress.printf(
                            "\r%c starting the server: PostgreSQL, worker, control plane ... %d s",
                            SPINNER.charAt(turn % SPINNER.length()),
                            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
                    progress.flush();
                }
                Thread.sleep(LOOK);
            }
        }
        if (draws) {
            progress.print("\r\u001b[2K");
        }
    }

    private static boolean isReady(Rest rest) {
        try {
            return rest.get("/actuator/health/readiness", JsonNode.class)
                    .get("status")
                    .asString()
                    .equals("UP");
        } catch (HearthException e) {
            return false;
        }
    }

    Rest connect() {
        return new Rest(endpoint, System.getenv("HEARTH_TOKEN"));
    }

    String endpoint() {
        return endpoint;
    }

    Path home() {
        return home;
    }

    long pid() {
        return process.pid();
    }

    /** Stops it and waits for every process that came from it; answers those that would not go. */
    List<Long> stop() throws InterruptedException {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        family.add(process.toHandle());
        process.destroy();
        long deadline = System.nanoTime() + STOPS_WITHIN.toNanos();
        while (family.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            Thread.sleep(LOOK);
        }
        return family.stream()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            stop();
        }
    }

    private static int port(String variable, int wanted, PrintWriter progress) throws IOException {
        String configured = System.getenv(variable);
        int port = configured == null ? wanted : Integer.parseInt(configured);
        if (port != 0) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                progress.println("port " + port + " is taken, using a free one (set " + variable + " to choose)");
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }
}
