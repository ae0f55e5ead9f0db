package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import dev.hearth.controlplane.signals.Bell;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one call. One thread, the handler's, sends, waits and so learns that it should go; any thread may ring. A client that has gone
 * is noticed only when something is sent, so a stream that is idle for long should send a sign of life.
 */
public final class ServerStream<R extends Message> {
    private final OutputStream out;
    private final Format format;
    private final Compression compression;
    private final Deadline deadline;
    private final Bell bell = new Bell();

    /** Set when somebody else ends the stream. */
    private volatile @Nullable ConnectException ended;

    private boolean clientGone;

    ServerStream(OutputStream out, Format format, Compression compression, Deadline deadline) {
        this.out = out;
        this.format = format;
        this.compression = compression;
        this.deadline = deadline;
    }

    /**
     * Sends at once; waits while the client does not read.
     *
     * @throws IOException if the client has gone
     * @throws ConnectException if the deadline is past, or the server stops; it may be passed on
     */
    public void send(R message) throws IOException {
        ConnectException reason = reason();
        if (reason != null) {
            throw reason;
        }
        write(Envelope.message(format.write(message), compression));
    }

    /** Whether there is still somebody to send to. If not, the handler should return. */
    public boolean isOpen() {
        return !clientGone && reason() == null;
    }

    /** Wakes the handler now, or as soon as it waits again. */
    public void ring() {
        bell.ring();
    }

    /** Waits for a ring, at most {@code patience}; answers whether it rang. The end of the stream rings, too. */
    public boolean await(Duration patience) throws InterruptedException {
        return bell.await(deadline.atMost(patience));
    }

    boolean isClientGone() {
        return clientGone;
    }

    /** The handler finds out when it sends or waits. */
    void end(ConnectException reason) {
        ended = reason;
        bell.ring();
    }

    /** Sends the last frame: an error if there is one, or if the handler was made to go. */
    void finish(@Nullable ConnectException error, ConnectErrors errors) throws IOException {
        ConnectException reason = error == null ? reason() : error;
        write(Envelope.end(reason == null ? errors.none() : errors.wrapped(reason)));
    }

    private @Nullable ConnectException reason() {
        ConnectException reason = ended;
        return reason == null && deadline.isPast() ? deadline.exceeded() : reason;
    }

    private void write(byte[] frame) throws IOException {
        if (clientGone) {
            throw new IOException("The client has gone");
        }
        try {
            out.write(frame);
            out.flush();
        } catch (IOException e) {
            clientGone = true;
            throw e;
        }
    }
}
