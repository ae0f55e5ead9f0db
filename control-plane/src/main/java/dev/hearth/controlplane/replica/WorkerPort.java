package dev.hearth.controlplane.replica;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The port on which replicas reach this server. With 0 one is drawn once and kept, so that replicas find a restarted server. */
@Component
public final class WorkerPort {
    private final int port;

    WorkerPort(@Value("${hearth.worker.port}") int configured, @Value("${hearth.home}") Path home) {
        this.port = configured == 0 ? drawn(home.resolve("worker-port")) : configured;
    }

    public int port() {
        return port;
    }

    private static int drawn(Path file) {
        try {
            if (Files.exists(file)) {
                return Integer.parseInt(Files.readString(file).strip());
            }
            try (ServerSocket socket = new ServerSocket(0)) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, Integer.toString(socket.getLocalPort()));
                return socket.getLocalPort();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the worker port in " + file, e);
        }
    }
}
