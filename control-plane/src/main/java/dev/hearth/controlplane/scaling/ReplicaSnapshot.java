package dev.hearth.controlplane.scaling;

import dev.hearth.model.ReplicaPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A live replica at one moment.
 *
 * @param running executions that hold a slot
 * @param parked executions that wait for children and hold no slot
 * @param executed attempts that have ended in it
 * @param lastBusyAt end of its last attempt
 */
record ReplicaSnapshot(
        long id,
        int ordinal,
        ReplicaPhase phase,
        int running,
        int parked,
        long executed,
        Instant requestedAt,
        @Nullable Instant readyAt,
        @Nullable Instant lastBusyAt) {

    /** It takes work or will: requested, starting or ready. */
    boolean serves() {
        return booting() || phase == ReplicaPhase.READY;
    }

    boolean booting() {
        return phase == ReplicaPhase.REQUESTED || phase == ReplicaPhase.STARTING;
    }

    /** It holds an execution. A parked one counts: its frames are in that process. */
    boolean busy() {
        return running > 0 || parked > 0;
    }

    /** It has not served yet. Only such a single-use replica can take an action. */
    boolean fresh() {
        return executed == 0 && !busy();
    }

    /** Since when it has had nothing to do, given that it is not busy. */
    Instant idleSince() {
        Instant up = readyAt == null ? requestedAt : readyAt;
        return lastBusyAt == null || lastBusyAt.isBefore(up) ? up : lastBusyAt;
    }
}
