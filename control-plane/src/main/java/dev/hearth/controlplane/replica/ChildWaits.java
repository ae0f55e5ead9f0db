package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.journal.Outcome;
import dev.hearth.controlplane.scheduling.AttemptKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Who waits for which child: parents in the replicas that are connected here. Thread-safe. */
@Component
final class ChildWaits {
    private record Waiter(ReplicaSession session, AttemptKey parent, String child) {}

    private final Map<Long, List<Waiter>> byChild = new ConcurrentHashMap<>();

    ChildWaits(Feed feed) {
        feed.subscribe((List<ActionChange> changes) -> changes.forEach(change -> {
            if (change.outcome() != null && change.parent() != null) {
                ended(change.id(), change.outcome());
            }
        }));
    }

    /** From now on until its end. On the journal's thread after the child's commit, so that no end falls between. */
    void add(long child, String name, ReplicaSession session, AttemptKey parent) {
        byChild.computeIfAbsent(child, id -> new CopyOnWriteArrayList<>()).add(new Waiter(session, parent, name));
    }

    void ended(long child, Outcome outcome) {
        List<Waiter> waiters = byChild.remove(child);
        if (waiters != null) {
            waiters.forEach(waiter -> waiter.session().childEnded(waiter.parent(), waiter.child(), outcome));
        }
    }

    /** The session has closed: its parents will ask again when they reconnect. */
    void remove(ReplicaSession session) {
        byChild.values().removeIf(waiters -> {
            waiters.removeIf(waiter -> waiter.session() == session);
            return waiters.isEmpty();
        });
    }

    Set<Long> awaited() {
        return Set.copyOf(byChild.keySet());
    }
}
