package dev.hearth.controlplane.simulation;

import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.model.ReplicaPhase;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One replica of a simulated pool. */
final class SimulatedReplica {
    final long id;
    final int ordinal;
    final long requestedAt;
    final Set<Work> running = new LinkedHashSet<>();
    ReplicaPhase phase = ReplicaPhase.STARTING;
    long readyAt = -1;
    long lastBusyAt = -1;
    long executed;
    boolean gone;

    SimulatedReplica(long id, int ordinal, long requestedAt) {
        this.id = id;
        this.ordinal = ordinal;
        this.requestedAt = requestedAt;
    }

    /** An execution: when it was submitted, how long it takes, and whether it has begun before, on a replica that died. */
    static final class Work {
        final long arrivedAt;
        final long service;
        boolean begun;
        boolean failed;
        long dueAt;

        Work(long arrivedAt, long service) {
            this.arrivedAt = arrivedAt;
            this.service = service;
        }
    }

    int freeSlots(int concurrency) {
        return phase == ReplicaPhase.READY ? concurrency - running.size() : 0;
    }

    /** Since when it has rested, as the world knows it. */
    long restingSince() {
        return Math.max(lastBusyAt, Math.max(readyAt, requestedAt));
    }

    ReplicaSnapshot snapshot() {
        return new ReplicaSnapshot(
                id,
                ordinal,
                phase,
                running.size(),
                0,
                executed,
                Simulation.time(requestedAt),
                time(readyAt),
                time(lastBusyAt));
    }

    private static @Nullable Instant time(long millis) {
        return millis < 0 ? null : Simulation.time(millis);
    }
}
