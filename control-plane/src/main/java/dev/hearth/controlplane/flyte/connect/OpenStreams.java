package dev.hearth.controlplane.flyte.connect;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The streams that are open. Ends them when the server stops, and before the web server does, which waits for every call that is under way.
 * Thread-safe.
 */
@Component
final class OpenStreams implements SmartLifecycle {
    private final Set<ServerStream<?>> streams = ConcurrentHashMap.newKeySet();

    /** From the first: calls arrive as soon as the web server listens. */
    private volatile boolean running = true;

    void add(ServerStream<?> stream) {
        streams.add(stream);
        if (!running) {
            stream.end(stopping());
        }
    }

    void remove(ServerStream<?> stream) {
        streams.remove(stream);
    }

    int count() {
        return streams.size();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        streams.forEach(stream -> stream.end(stopping()));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private static ConnectException stopping() {
        return new ConnectException(Code.UNAVAILABLE, "The server is stopping. Call again in a moment.");
    }
}
