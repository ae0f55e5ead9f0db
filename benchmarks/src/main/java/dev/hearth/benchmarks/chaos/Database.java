package dev.hearth.benchmarks.chaos;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A PostgreSQL that can be killed and comes back with its data. */
final class Database implements AutoCloseable {
    private static final int TRIES = 120;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(250);

    private final Path data;
    private final EmbeddedPostgres.Builder builder;
    private EmbeddedPostgres server;

    Database(Path folder) throws IOException {
        data = folder.resolve("data");
        Files.createDirectories(folder);
        builder = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(folder.toFile())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(freePort())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "100");
        server = builder.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** As a machine that loses its power does it. */
    void kill() throws IOException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
    }

    void stop() throws IOException {
        server.close();
    }

    void startAgain() throws IOException, InterruptedException {
        try {
            server.close();
        } catch (IOException | RuntimeException e) {
            // It is gone already.
        }
        for (int attempt = 1; ; attempt++) {
            try {
                server = builder.start();
                return;
            } catch (IOException | RuntimeException e) {
                // The processes of the old one need a moment to see that it is gone.
                if (attempt == TRIES) {
                    throw e;
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
