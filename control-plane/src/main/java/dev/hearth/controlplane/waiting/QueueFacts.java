package dev.hearth.controlplane.waiting;

import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.scaling.PoolOutlook.Outlook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pool in whose queue an action stands.
 *
 * @param contacts what was last heard of its live replicas, by their ids
 * @param holders who has the replicas of the server, the largest first; empty unless the server's limit decides
 */
record QueueFacts(Outlook outlook, Place place, Map<Long, Contact> contacts, List<PlacesHeld> holders) {
    /** Renewed each second: after so long without, several renewals are missing. */
    static final Duration SILENT_AFTER = Duration.ofSeconds(3);

    /**
     * A place in the queue, counted up to {@link #COUNTED} each.
     *
     * @param higher waiting actions of a higher priority
     * @param earlier waiting actions of the same priority that came before
     */
    record Place(int higher, int earlier) {
        static final int COUNTED = 10_000;

        int ahead() {
            return higher + earlier;
        }
    }

    /**
     * What is known of a live replica beside its snapshot.
     *
     * @param silence since its last sign of life, by the database's clock; null = not heard of yet
     * @param closed it has no memory for new roots, and the action that waits is one
     * @param longest the execution that has held one of its slots for the longest time
     */
    record Contact(
            @Nullable Duration silence,
            boolean closed,
            @Nullable Longest longest) {
        boolean silent() {
            return silence != null && silence.compareTo(SILENT_AFTER) > 0;
        }
    }

    /** An execution that holds a slot. */
    record Longest(String run, String action, int ordinal, Instant since) {}

    /** How many of the server's replicas a pool has. */
    record PlacesHeld(String environment, int replicas, int draining) {}

    boolean closed(ReplicaSnapshot replica) {
        Contact contact = contacts.get(replica.id());
        return contact != null && contact.closed();
    }

    boolean silent(ReplicaSnapshot replica) {
        Contact contact = contacts.get(replica.id());
        return contact != null && contact.silent();
    }
}
