package dev.hearth.controlplane.policy;

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
 * @param heapBytes live heap after its last collection, 0 = not known
 * @param rssBytes resident memory of its process, 0 = not known
 */
public record ReplicaSnapshot(
        long id,
        int ordinal,
        ReplicaPhase phase,
        int running,
        int parked,
        long executed,
        Instant requestedAt,
        @Nullable Instant readyAt,
        @Nullable Instant lastBusyAt,
        long heapBytes,
        long rssBytes) {

    public ReplicaSnapshot(
            long id,
            int ordinal,
            ReplicaPhase phase,
            int running,
            int parked,
            long executed,
            Instant requestedAt,
            @Nullable Instant readyAt,
            @Nullable Instant lastBusyAt) {
        this(id, ordinal, phase, running, parked, executed, requestedAt, readyAt, lastBusyAt, 0, 0);
    }

    /** It takes work or will: requested, starting or ready. */
    public boolean serves() {
        return booting() || phase == ReplicaPhase.READY;
    }

    public boolean booting() {
        return phase == ReplicaPhase.REQUESTED || phase == ReplicaPhase.STARTING;
    }

    /** It holds an execution. A parked one counts: its frames are in that process. */
    public boolean busy() {
        return running > 0 || parked > 0;
    }

    /** It has not served yet. Only such a single-use replica can take an action. */
    public boolean fresh() {
        return executed == 0 && !busy();
    }

    /** It has reached a mark. Memory counts only once it has served: else a mark below an empty process would never rest. */
    boolean worn(Recycling marks, Instant now) {
        if (phase != ReplicaPhase.READY || readyAt == null || marks.none()) {
            return false;
        }
        return (marks.executions() != null && executed >= marks.executions())
                || (marks.age() != null && !now.isBefore(readyAt.plus(marks.age())))
                || (executed > 0 && marks.heapBytes() != null && heapBytes >= marks.heapBytes())
                || (executed > 0 && marks.rssBytes() != null && rssBytes >= marks.rssBytes());
    }

    /** Since when it has had nothing to do, given that it is not busy. */
    Instant idleSince() {
        Instant up = readyAt == null ? requestedAt : readyAt;
        return lastBusyAt == null || lastBusyAt.isBefore(up) ? up : lastBusyAt;
    }
}
