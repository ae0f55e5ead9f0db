package dev.hearth.controlplane.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The name under which this control plane owns replicas: its data folder, and an id that is drawn once and kept there,
 * because on two machines the folders may have the same path. It holds the folder as long as it lives.
 */
@Component
public final class Owner implements AutoCloseable {
    private final String name;
    private final FileChannel held;

    Owner(@Value("${hearth.home}") Path home) {
        Path folder = home.toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            this.held = hold(folder);
            this.name = folder + "#" + id(folder.resolve("owner-id"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the data folder " + folder, e);
        }
    }

    public String name() {
        return name;
    }

    /** Two servers under one name would end each other's replicas. The kernel lets go of the lock when the process dies. */
    private static FileChannel hold(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("owner-lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                channel.close();
                throw new IllegalStateException("the data folder " + folder
                        + " is in use by another control plane; stop that one, or set HEARTH_HOME to another folder");
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
        }
        return channel;
    }

    private static String id(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(
                    file, HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()));
        }
        return Files.readString(file).strip();
    }

    @Override
    public void close() throws IOException {
        held.close();
    }
}
