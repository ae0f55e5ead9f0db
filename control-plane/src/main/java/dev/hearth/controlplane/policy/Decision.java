package dev.hearth.controlplane.policy;

import dev.hearth.model.PoolState;
import java.util.List;

/** What to do with a pool, and why. {@code from} and {@code to} count replicas that serve: requested, starting or ready. */
public sealed interface Decision {
    int from();

    /** How many replicas the pool should have now. */
    int to();

    Reason why();

    /** A sentence for people. */
    default String reason() {
        return why().toString();
    }

    /** Nothing changes. {@code to} differs from {@code from} while something forbids to start what is wanted. */
    record Hold(int from, int to, Reason why) implements Decision {}

    /** Requests replicas at these places. */
    record Start(int from, int to, List<Integer> ordinals, Reason why) implements Decision {}

    /** Lets one idle replica go; if it has taken work meanwhile, nothing happens. */
    record StopOne(int from, int to, ReplicaSnapshot replica, Reason why) implements Decision {}

    /** Gives a replica nothing new; it goes when what it runs has ended. */
    record Drain(int from, int to, ReplicaSnapshot replica, Reason why) implements Decision {}

    /** Lets all go, together or not at all: the pool goes cold. */
    record StopAll(int from, int to, List<ReplicaSnapshot> replicas, Reason why) implements Decision {}

    /** No replica comes up: fails the waiting actions instead of leaving them queued for ever. */
    record GiveUp(int from, int to, Reason why) implements Decision {}

    /** The state of the pool once this is done. */
    default PoolState stateAfter(PoolSnapshot pool) {
        boolean live = !(this instanceof GiveUp) && pool.hasLiveActions();
        if (to() == 0 && !live) {
            return PoolState.COLD;
        }
        return pool.ready() >= to() ? PoolState.WARM : PoolState.WARMING;
    }
}
