package dev.hearth.controlplane.waiting;

import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.model.ReplicaPhase;
import java.util.Comparator;
import java.util.List;

/** The slots of a pool, as the queue sees them: which are free now, which come up. */
record PoolSlots(PoolSnapshot pool, QueueFacts queue) {

    /** Slots that a replica offers to the queue when it is up and heard of. */
    int each() {
        return pool.limits().singleUse() ? 1 : pool.limits().concurrency();
    }

    List<ReplicaSnapshot> ready() {
        return pool.replicas().stream()
                .filter(replica -> replica.phase() == ReplicaPhase.READY)
                .toList();
    }

    /** Free slots of replicas that are heard of. */
    int free() {
        return withRoom().stream()
                .filter(replica -> !queue.silent(replica) && !queue.closed(replica))
                .mapToInt(this::room)
                .sum();
    }

    List<ReplicaSnapshot> withRoom() {
        return ready().stream().filter(replica -> room(replica) > 0).toList();
    }

    /** Those that have room, but not for this action. */
    List<ReplicaSnapshot> closed() {
        return withRoom().stream().filter(queue::closed).toList();
    }

    List<ReplicaSnapshot> silent() {
        return ready().stream().filter(queue::silent).toList();
    }

    /** Replicas that come up, the one that was requested first before the others. */
    List<ReplicaSnapshot> booting() {
        return pool.replicas().stream()
                .filter(ReplicaSnapshot::booting)
                .sorted(Comparator.comparing(ReplicaSnapshot::requestedAt).thenComparing(ReplicaSnapshot::ordinal))
                .toList();
    }

    List<ReplicaSnapshot> draining() {
        return pool.replicas().stream()
                .filter(replica -> replica.phase() == ReplicaPhase.DRAINING)
                .toList();
    }

    private int room(ReplicaSnapshot replica) {
        if (pool.limits().singleUse()) {
            return replica.fresh() ? 1 : 0;
        }
        return Math.max(0, pool.limits().concurrency() - replica.running());
    }
}
