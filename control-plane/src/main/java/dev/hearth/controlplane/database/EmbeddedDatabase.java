package dev.hearth.controlplane.database;

import dev.hearth.controlplane.outage.Trouble;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL in the data folder: started with the control plane and stopped after everything that uses it. Data and
 * port stay the same from start to start, and so does the password, which stands in a file beside them. What a killed control plane has left running is stopped and started again.
 */
final class EmbeddedDatabase implements AutoCloseable {
    static final String USER = "postgres";

    private static final Duration STARTUP = Duration.ofSeconds(60);
    private static final Duration LEFTOVER_STOPS_WITHIN = Duration.ofSeconds(15);

    /** Durable, unlike the library's defaults, which are made for tests; the rest suits a small server of its own. */
    private static final Map<String, String> SETTINGS = Map.of(
            "fsync", "on",
            "synchronous_commit", "on",
            "full_page_writes", "on",
            "shared_buffers", "256MB",
            "max_connections", "100",
            "max_wal_size", "2GB",
            "wal_compression", "on");

    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final Trouble start = new Trouble(log, "PostgreSQL is away");

    /** How soon a crash is noticed. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final FileChannel lock;
    private final Path data;
    private final DatabasePassword password;
    private final EmbeddedPostgres.Builder builder;
    private final Thread watch;
    private volatile EmbeddedPostgres server;
    private volatile boolean closing;

    private EmbeddedDatabase(FileChannel lock, Path data, DatabasePassword password, EmbeddedPostgres.Builder builder)
            throws IOException {
        this.lock = lock;
        this.data = data;
        this.password = password;
        this.builder = builder;
        this.server = builder.start();
        this.watch = Thread.ofVirtual().name("postgres-watch").start(this::watch);
    }

    /** Starts it again when it has crashed. Its data are safe: it recovers from its write-ahead log. */
    private void watch() {
        int missed = 0;
        while (!closing) {
            try {
                Thread.sleep(LOOK);
                // Twice, because somebody may be restarting it in order.
                missed = isRunning() ? 0 : missed + 1;
                if (missed >= 2 && !closing) {
                    restart();
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                // What it left behind may still be ending; the next look tries again.
                start.failed(String.valueOf(e.getMessage()));
            }
        }
    }

    private boolean isRunning() throws IOException {
        try {
            return postmaster(data).isPresent();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void restart() throws IOException {
        start.failed("it has ended unexpectedly and is started again");
        try {
            server.close();
        } catch (IOException | RuntimeException e) {
            log.debug("the old one cannot be stopped, it is gone", e);
        }
        server = builder.start();
        start.over("PostgreSQL is back");
    }

    private static Optional<ProcessHandle> postmaster(Path data) throws IOException {
        List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
        return lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                        .filter(ProcessHandle::isAlive)
                        .filter(process -> process.info().command().orElse("").contains("postgres"));
    }

    /** Returns when it accepts connections. The first start unpacks and prepares it, which takes a few seconds. */
    static EmbeddedDatabase start(Path home) {
        Path folder = home.resolve("postgres");
        Path data = folder.resolve("data");
        try {
            Files.createDirectories(folder);
            FileChannel lock = lock(home);
            boolean known = Files.exists(data.resolve("PG_VERSION"));
            stopLeftover(data);
            log.info(
                    "{} PostgreSQL in {}{}",
                    known ? "starting" : "preparing",
                    folder,
                    known ? "" : " (once, a few seconds)");
            DatabasePassword password = DatabasePassword.of(folder);
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(folder.toFile())
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPort(port(folder))
                    .setConnectConfig("password", password.text())
                    .setDataDirectoryCustomizer(prepared -> guard(password, data))
                    .setPGStartupWait(STARTUP);
            SETTINGS.forEach(builder::setServerConfig);
            EmbeddedDatabase database = new EmbeddedDatabase(lock, data, password, builder);
            PrivateFiles.write(folder.resolve("jdbc-url"), database.jdbcUrl() + "&password=" + password.text());
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL in " + folder, e);
        }
    }

    private static void guard(DatabasePassword password, Path data) {
        try {
            password.guard(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String password() {
        return password.text();
    }

    String jdbcUrl() {
        return server.getJdbcUrl(USER, "postgres");
    }

    /** One control plane at a time owns a data folder; the kernel lets go of the lock when the process dies. */
    private static FileChannel lock(Path home) throws IOException {
        FileChannel channel =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: the same answer as by another.
        }
        channel.close();
        throw new DataFolderInUseException(home);
    }

    private static void stopLeftover(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        ProcessHandle leftover = postmaster(data).orElse(null);
        if (leftover != null) {
            log.info("stopping the PostgreSQL (pid {}) that a killed control plane has left", leftover.pid());
            leftover.destroy();
            try {
                leftover.onExit().get(LEFTOVER_STOPS_WITHIN.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                // Safe: it recovers from its write-ahead log.
                leftover.destroyForcibly();
                leftover.onExit().join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Files.deleteIfExists(pidFile);
    }

    /** Drawn once and kept, so that other programs find the database where it was. */
    private static int port(Path folder) throws IOException {
        Path file = folder.resolve("port");
        if (Files.exists(file)) {
            return Integer.parseInt(Files.readString(file).strip());
        }
        try (ServerSocket socket = new ServerSocket(0)) {
            Files.writeString(file, Integer.toString(socket.getLocalPort()));
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        watch.interrupt();
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
        lock.close();
        log.info("PostgreSQL stopped");
    }
}
