package dev.hearth.controlplane.journal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/**
 * Tells of committed changes. Subscribers are called on the journal's thread, in commit order, and must neither block nor
 * throw. A change made by another control plane does not come through here: whoever waits also reads slowly.
 */
@Component
public final class Feed {
    private final Map<String, List<Consumer<ActionChange>>> byRun = new ConcurrentHashMap<>();
    private final List<Consumer<List<ActionChange>>> everything = new CopyOnWriteArrayList<>();

    /** A subscription, ended by closing it. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Hears the changes of one run from now on. */
    public Subscription subscribe(String run, Consumer<ActionChange> subscriber) {
        byRun.compute(run, (name, known) -> {
            List<Consumer<ActionChange>> subscribers = known == null ? new CopyOnWriteArrayList<>() : known;
            subscribers.add(subscriber);
            return subscribers;
        });
        return () -> byRun.computeIfPresent(run, (name, subscribers) -> {
            subscribers.remove(subscriber);
            return subscribers.isEmpty() ? null : subscribers;
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
                byRun.getOrDefault(change.run(), List.of()).forEach(subscriber -> subscriber.accept(change));
            }
        }
    }
}
