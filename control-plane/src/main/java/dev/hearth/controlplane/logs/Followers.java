package dev.hearth.controlplane.logs;

import dev.hearth.controlplane.signals.Bell;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Who waits for lines of which action. Stops before the web server does, which waits for every call that is under way.
 * Thread-safe.
 */
@Component
class Followers implements SmartLifecycle {
    private final Map<Long, List<Bell>> byAction = new ConcurrentHashMap<>();
    private volatile boolean running;

    /** Ended by closing it. */
    interface Following extends AutoCloseable {
        @Override
        void close();
    }

    /** Rings from now on when lines of this action were committed, and when the server stops. */
    Following follow(long action, Bell bell) {
        byAction.compute(action, (id, known) -> {
            List<Bell> bells = known == null ? new CopyOnWriteArrayList<>() : known;
            bells.add(bell);
            return bells;
        });
        return () -> byAction.computeIfPresent(action, (id, bells) -> {
            bells.removeIf(each -> each == bell);
            return bells.isEmpty() ? null : bells;
        });
    }

    void written(Collection<Long> actions) {
        if (!byAction.isEmpty()) {
            actions.forEach(action -> byAction.getOrDefault(action, List.of()).forEach(Bell::ring));
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        written(byAction.keySet());
    }

    /** Those who wait should go when it does not. */
    @Override
    public boolean isRunning() {
        return running;
    }
}
