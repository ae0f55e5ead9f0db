package dev.hearth.controlplane.policy;

import dev.hearth.controlplane.policy.Decision.GiveUp;
import dev.hearth.controlplane.policy.Decision.Hold;
import dev.hearth.controlplane.policy.Decision.Start;
import dev.hearth.controlplane.policy.Decision.StopAll;
import dev.hearth.controlplane.policy.Decision.StopOne;
import dev.hearth.model.PoolState;
import dev.hearth.model.ReplicaPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A pool without processes and without waiting: arrivals, cold starts, executions and deaths on a virtual clock, with the
 * policy asked once a second as in the server. The same seed gives the same history.
 */
final class PoolSimulation {
    /**
     * What happens around the pool.
     *
     * @param coldStart from request to ready
     * @param deathsPerReplicaHour how often a ready replica dies
     */
    record World(Duration coldStart, double deathsPerReplicaHour, long seed) {}

    /** An action that arrives at a second of the simulation and runs for some seconds. */
    record Arrival(int second, int runsFor) {}

    /** What the pool looked like when the policy was asked, and what it said. */
    record Moment(Instant now, PoolSnapshot pool, Decision decision) {}

    private final ScalingPolicy policy = new ScalingPolicy(5, false);
    private final PoolLimits limits;
    private final World world;
    private final Random random;
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final Deque<Integer> queue = new ArrayDeque<>();
    private final List<Moment> history = new ArrayList<>();
    private Instant now = APool.NOON;
    private PoolState state = PoolState.COLD;
    private int desired;
    private long nextId = 1;
    private int finished;
    private @Nullable Instant activeAt;
    private @Nullable Instant scaledDownAt;

    PoolSimulation(PoolLimits limits, World world) {
        this.limits = limits;
        this.world = world;
        this.random = new Random(world.seed());
    }

    /** Runs for this many seconds of virtual time. */
    PoolSimulation run(int seconds, List<Arrival> arrivals) {
        for (int second = 0; second < seconds; second++) {
            int current = second;
            arrivals.stream()
                    .filter(arrival -> arrival.second() == current)
                    .forEach(arrival -> queue.add(arrival.runsFor()));
            step();
            now = now.plusSeconds(1);
        }
        return this;
    }

    List<Moment> history() {
        return history;
    }

    int finished() {
        return finished;
    }

    private void step() {
        replicas.forEach(replica -> finished += replica.advance(now, world.coldStart()));
        die();
        replicas.removeIf(SimulatedReplica::hasLeft);
        dispatch();
        decide();
    }

    private void die() {
        for (Iterator<SimulatedReplica> all = replicas.iterator(); all.hasNext(); ) {
            SimulatedReplica replica = all.next();
            if (replica.isReady() && random.nextDouble() < world.deathsPerReplicaHour() / 3600) {
                all.remove();
                queue.addAll(replica.unfinished());
            }
        }
    }

    /** The lowest ordinals are filled first. */
    private void dispatch() {
        for (SimulatedReplica replica : replicas) {
            while (!queue.isEmpty() && replica.hasFreeSlot(limits.concurrency())) {
                replica.take(now, queue.remove());
            }
        }
    }

    private void decide() {
        PoolSnapshot pool = snapshot();
        Decision decision = policy.decide(pool, now);
        history.add(new Moment(now, pool, decision));
        activeAt = pool.lastActive(now);
        state = decision.stateAfter(pool);
        desired = decision.to();
        switch (decision) {
            case Hold hold -> {}
            case Start start -> start.ordinals().forEach(this::request);
            case StopOne stop -> {
                release(List.of(stop.replica()));
                scaledDownAt = now;
            }
            case Decision.Drain drain -> release(List.of(drain.replica()));
            case StopAll stop -> release(stop.replicas());
            case GiveUp giveUp -> queue.clear();
        }
    }

    private void request(int ordinal) {
        replicas.add(new SimulatedReplica(nextId++, ordinal, now));
        replicas.sort(Comparator.comparingInt(SimulatedReplica::ordinal));
    }

    private void release(List<ReplicaSnapshot> going) {
        List<Long> ids = going.stream().map(ReplicaSnapshot::id).toList();
        replicas.stream().filter(replica -> ids.contains(replica.id())).forEach(SimulatedReplica::drain);
    }

    private PoolSnapshot snapshot() {
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
                        Math.min(queue.size(), limits.countedQueue()),
                        activeAt,
                        scaledDownAt),
                replicas.stream().map(SimulatedReplica::snapshot).toList(),
                StartFailures.NONE,
                Pace.UNKNOWN,
                new ServerRoom(64, replicas.size()));
    }

    /** One replica of the simulation. */
    private static final class SimulatedReplica {
        private final long id;
        private final int ordinal;
        private final Instant requestedAt;
        private final List<Instant> ends = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private ReplicaPhase phase = ReplicaPhase.STARTING;
        private long executed;
        private @Nullable Instant readyAt;
        private @Nullable Instant lastBusyAt;

        SimulatedReplica(long id, int ordinal, Instant requestedAt) {
            this.id = id;
            this.ordinal = ordinal;
            this.requestedAt = requestedAt;
        }

        long id() {
            return id;
        }

        int ordinal() {
            return ordinal;
        }

        boolean isReady() {
            return phase == ReplicaPhase.READY;
        }

        boolean hasFreeSlot(int slots) {
            return isReady() && ends.size() < slots;
        }

        void take(Instant now, int seconds) {
            ends.add(now.plusSeconds(seconds));
            lengths.add(seconds);
        }

        List<Integer> unfinished() {
            return lengths;
        }

        void drain() {
            phase = ReplicaPhase.DRAINING;
        }

        boolean hasLeft() {
            return phase == ReplicaPhase.DRAINING && ends.isEmpty();
        }

        /** Comes up when its cold start is over; answers how many executions have ended. */
        int advance(Instant now, Duration coldStart) {
            if (phase == ReplicaPhase.STARTING && !now.isBefore(requestedAt.plus(coldStart))) {
                phase = ReplicaPhase.READY;
                readyAt = now;
            }
            int ended = 0;
            for (int i = ends.size() - 1; i >= 0; i--) {
                if (!ends.get(i).isAfter(now)) {
                    ends.remove(i);
                    lengths.remove(i);
                    ended++;
                }
            }
            if (ended > 0) {
                lastBusyAt = now;
                executed += ended;
            }
            return ended;
        }

        ReplicaSnapshot snapshot() {
            return new ReplicaSnapshot(id, ordinal, phase, ends.size(), 0, executed, requestedAt, readyAt, lastBusyAt);
        }
    }
}
