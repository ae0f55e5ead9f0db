package dev.hearth.controlplane.journal;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/**
 * Tells of committed changes. Subscribers are called on the journal's thread, in commit order, and must neither block nor
 * throw. A change made by another control plane does not come through here: {@link #endedElsewhere} tells those who wait for
 * an end that it is time to look, and whoever waits also reads slowly.
 */
@Component
public final class Feed {
    private record Watcher(Consumer<ActionChange> subscriber, Runnable look) {}

    private final Map<String, List<Watcher>> byRun = new ConcurrentHashMap<>();
    private final List<Consumer<List<ActionChange>>> everything = new CopyOnWriteArrayList<>();

    /** A subscription, ended by closing it. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Hears the changes of one run from now on; {@code look} is called when the run may have ended elsewhere. */
    public Subscription subscribe(String run, Consumer<ActionChange> subscriber, Runnable look) {
        Watcher watcher = new Watcher(subscriber, look);
        byRun.compute(run, (name, known) -> {
            List<Watcher> watchers = known == null ? new CopyOnWriteArrayList<>() : known;
            watchers.add(watcher);
            return watchers;
        });
        return () -> byRun.computeIfPresent(run, (name, watchers) -> {
            watchers.removeIf(each -> each == watcher);
            return watchers.isEmpty() ? null : watchers;
        });
    }

    /** Hears all changes, a commit at a time, for the life of the server. */
    public void subscribe(Consumer<List<ActionChange>> subscriber) {
        everything.add(subscriber);
    }

    void publish(List<ActionChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        everything.forEach(subscriber -> subscriber.accept(changes));
        if (!byRun.isEmpty()) {
            for (ActionChange change : changes) {
                byRun.getOrDefault(change.run(), List.of())
                        .forEach(watcher -> watcher.subscriber().accept(change));
            }
        }
    }

    /** Another control plane has ended these runs. */
    public void endedElsewhere(Collection<String> runs) {
        runs.forEach(run -> byRun.getOrDefault(run, List.of())
                .forEach(watcher -> watcher.look().run()));
    }

    /** Another control plane has ended runs without saying which. */
    public void endedElsewhere() {
        endedElsewhere(byRun.keySet());
    }
}
