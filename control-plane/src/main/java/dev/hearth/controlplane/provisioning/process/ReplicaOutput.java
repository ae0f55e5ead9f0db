package dev.hearth.controlplane.provisioning.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the process of a replica prints, beside the logs of its tasks. */
record ReplicaOutput(Path file) {
    static final String NAME = "output.log";

    private static final int TAIL_BYTES = 4 << 10;

    static ReplicaOutput in(Path folder) {
        return new ReplicaOutput(folder.resolve(NAME));
    }

    /** Adds a line, before there is a process that prints. */
    void print(String line) {
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** In bytes; none if there is none. */
    long length() {
        return file.toFile().length();
    }

    /** Its end; empty if there is none. */
    String tail() {
        try (FileChannel output = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
            output.read(bytes, Math.max(0, output.size() - TAIL_BYTES));
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString().replace("\0", "");
        } catch (IOException e) {
            return "";
        }
    }

    /** If it is longer than this, only the newest half of that is left. Who prints appends, and goes on behind it. */
    void cut(long most) {
        try (FileChannel output = FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                SeekableByteChannel end =
                        Files.newByteChannel(file, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS)) {
            long size = output.size();
            if (size > most) {
                ByteBuffer rest = ByteBuffer.allocate((int) (most / 2));
                output.read(rest, size - rest.capacity());
                output.truncate(0);
                end.write(StandardCharsets.UTF_8.encode(
                        "[cut: %d bytes before this were dropped]\n".formatted(size - rest.position())));
                end.write(rest.flip());
            }
        } catch (IOException e) {
            // There is none yet, or no more.
        }
    }
}
