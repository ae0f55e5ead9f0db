package dev.hearth.controlplane.simulation;

import dev.hearth.controlplane.policy.Pace;
import dev.hearth.controlplane.policy.PoolCondition;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.ServerRoom;
import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.controlplane.simulation.SimulatedReplica.Work;
import dev.hearth.model.PoolState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The replicas and the queue of a simulated pool, and what its row would hold. Times are milliseconds. */
final class SimulatedPool {
    /** As far as the autoscaler counts a queue whose length it weighs. */
    private static final int MOST_COUNTED = 10_000;

    private static final int PLENTY = 1_000_000;
    private static final double PACE_WEIGHT = 0.1;

    final PoolLimits limits;
    final List<SimulatedReplica> replicas = new ArrayList<>();
    final Deque<Work> queue = new ArrayDeque<>();
    /** What has failed and is tried again later, by the time at which it is due. */
    final PriorityQueue<Work> later = new PriorityQueue<>(Comparator.comparingLong((Work work) -> work.dueAt));

    PoolState state = PoolState.COLD;
    int desired;
    /** As the row of the pool has it. */
    long activeAt = -1;

    /** As the world knows it. */
    long lastWorkAt;

    long scaledDownAt = -1;
    private double coldStart = -1;
    private double service = -1;

    SimulatedPool(PoolLimits limits) {
        this.limits = limits;
    }

    /** Something runs, or may run now or as soon as a replica could be up. */
    boolean hasWork(long now) {
        return waiting(now) > 0 || running() > 0;
    }

    /** Those that count as demand. */
    int waiting(long now) {
        long until = now + pace().lead().toMillis();
        int soon = 0;
        for (Work work : later) {
            soon += work.dueAt <= until ? 1 : 0;
        }
        return queue.size() + soon;
    }

    Pace pace() {
        return new Pace(duration(coldStart), duration(service));
    }

    int running() {
        int running = 0;
        for (SimulatedReplica replica : replicas) {
            running += replica.running.size();
        }
        return running;
    }

    boolean hasFreeSlot() {
        for (SimulatedReplica replica : replicas) {
            if (replica.freeSlots(limits.concurrency()) > 0) {
                return true;
            }
        }
        return false;
    }

    /** Gives the queue to free slots: a pool that can shrink is filled from below, a fixed one is spread over. */
    void dispatch(BiConsumer<SimulatedReplica, Work> begin) {
        while (!queue.isEmpty()) {
            SimulatedReplica next = limits.min() < limits.max() ? lowest() : freest();
            if (next == null) {
                return;
            }
            Work work = queue.remove();
            next.running.add(work);
            begin.accept(next, work);
        }
    }

    private @Nullable SimulatedReplica lowest() {
        for (SimulatedReplica replica : replicas) {
            if (replica.freeSlots(limits.concurrency()) > 0) {
                return replica;
            }
        }
        return null;
    }

    private @Nullable SimulatedReplica freest() {
        SimulatedReplica freest = null;
        for (SimulatedReplica replica : replicas) {
            int free = replica.freeSlots(limits.concurrency());
            if (free > 0 && (freest == null || free > freest.freeSlots(limits.concurrency()))) {
                freest = replica;
            }
        }
        return freest;
    }

    void add(SimulatedReplica replica) {
        replicas.add(replica);
        replicas.sort(Comparator.comparingInt(each -> each.ordinal));
    }

    void cameUp(long millis) {
        coldStart = coldStart < 0 ? millis : coldStart + PACE_WEIGHT * (millis - coldStart);
    }

    void served(long millis) {
        service = service < 0 ? millis : service + PACE_WEIGHT * (millis - service);
    }

    PoolSnapshot snapshot(long now) {
        List<ReplicaSnapshot> seen = new ArrayList<>(replicas.size());
        for (SimulatedReplica replica : replicas) {
            seen.add(replica.snapshot());
        }
        return new PoolSnapshot(
                1,
                "simulated",
                limits,
                new PoolCondition(
                        state,
                        desired,
                        false,
                        false,
                        false,
                        false,
                        Math.min(waiting(now), Math.max(MOST_COUNTED, limits.countedQueue())),
                        activeAt < 0 ? null : Simulation.time(activeAt),
                        scaledDownAt < 0 ? null : Simulation.time(scaledDownAt)),
                seen,
                StartFailures.NONE,
                pace(),
                new ServerRoom(PLENTY, replicas.size()));
    }

    private static @Nullable Duration duration(double millis) {
        return millis < 0 ? null : Duration.ofMillis(Math.round(millis));
    }
}
