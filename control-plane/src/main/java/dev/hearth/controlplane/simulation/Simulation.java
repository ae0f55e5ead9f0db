package dev.hearth.controlplane.simulation;

import dev.hearth.controlplane.policy.Countdowns;
import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.controlplane.simulation.SimulatedReplica.Work;
import dev.hearth.model.ReplicaPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Plays the life of one pool: arrivals, cold starts and deaths on a virtual clock, and the autoscaler with its looks, each
 * second and at once when work waits for a slot. Looks at which nothing can have changed are skipped. A simulation is run once.
 */
public final class Simulation {
    /** How often the autoscaler looks by itself. */
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    /** The dispatcher calls for more at most so often. */
    private static final long BETWEEN_CALLS = 250;

    /** Two looks are never closer. */
    private static final long SHORTEST_GAP = 50;

    private static final long TICK = INTERVAL.toMillis();
    private static final long NEVER = Long.MAX_VALUE;
    private static final double HOUR = 3_600_000;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    /** A decision, as the autoscaler asks for it. */
    public interface Policy {
        Decision decide(PoolSnapshot pool, Instant now);
    }

    private sealed interface Event {
        record Ready(SimulatedReplica replica) implements Event {}

        record Death(SimulatedReplica replica) implements Event {}

        record Drain(SimulatedReplica replica) implements Event {}

        record End(SimulatedReplica replica, Work work) implements Event {}

        /** A retry is due. */
        record Due() implements Event {}
    }

    private record Scheduled(long at, long order, Event event) {}

    private final World world;
    private final List<Arrival> arrivals;
    private final SimulatedPool pool;
    private final Random random;
    private final PriorityQueue<Scheduled> events = new PriorityQueue<>((one, other) ->
            one.at() != other.at() ? Long.compare(one.at(), other.at()) : Long.compare(one.order(), other.order()));
    private final Tally tally;
    private Policy policy = new ScalingPolicy(5, false)::decide;
    private boolean skipping = true;
    private @Nullable List<Moment> history;
    private @Nullable LawBook laws;
    private int nextArrival;
    private long order;
    private long nextId = 1;
    private long now;
    private long nextLook;
    private long lastLook = -SHORTEST_GAP;
    private long lastCall = -BETWEEN_CALLS;

    /** @param arrivals in the order of their times */
    public Simulation(PoolLimits limits, World world, List<Arrival> arrivals) {
        this.world = world;
        this.arrivals = arrivals;
        this.pool = new SimulatedPool(limits);
        this.random = new Random(world.seed());
        this.tally = new Tally();
    }

    /** Asks another policy than the plain one. */
    public Simulation under(Policy another) {
        policy = another;
        return this;
    }

    /** Checks every law at every look. */
    public Simulation lawful() {
        laws = new LawBook(pool, world.seed());
        return this;
    }

    /** Takes every look, also those at which nothing can have changed. */
    public Simulation everyTick() {
        skipping = false;
        return this;
    }

    /** Keeps every look. */
    public Simulation remembering() {
        history = new ArrayList<>();
        return this;
    }

    static Instant time(long millis) {
        return BEGIN.plusMillis(millis);
    }

    /** Plays until the horizon, or until all work is done and the pool is cold, whichever is later and, if neither comes, a day after. */
    public Outcome run(Duration horizon) {
        long end = horizon.toMillis();
        while (step(end)) {
            // Each step is one moment of the virtual clock.
        }
        now = Math.max(now, end);
        pool.replicas.forEach(replica -> tally.replicaMillis += now - replica.requestedAt);
        return tally.outcome(now, nextArrival, laws, history);
    }

    private boolean step(long end) {
        long arrival =
                nextArrival < arrivals.size() ? arrivals.get(nextArrival).at().toMillis() : NEVER;
        Scheduled first = events.peek();
        long event = first == null ? NEVER : first.at();
        long next = Math.min(Math.min(arrival, event), nextLook);
        if (next == NEVER || (next > end && arrival == NEVER && !pool.hasWork(now) && pool.later.isEmpty())) {
            return false;
        }
        rememberActivity(next);
        if (pool.hasWork(now)) {
            pool.lastWorkAt = next;
        }
        now = next;
        if (arrival == next) {
            Arrival due = arrivals.get(nextArrival++);
            pool.queue.add(new Work(now, Math.max(1, due.service().toMillis())));
            changed();
        } else if (event == next) {
            happen(events.remove().event());
        } else {
            look();
        }
        return true;
    }

    /** At each tick the autoscaler notes that a pool works; when looks are skipped it has done so all the same. */
    private void rememberActivity(long next) {
        long lastTick = (next - 1) / TICK * TICK;
        if (pool.hasWork(now) && lastTick > pool.activeAt && lastTick >= now) {
            pool.activeAt = lastTick;
        }
    }

    private void happen(Event event) {
        switch (event) {
            case Event.Ready ready -> {
                SimulatedReplica replica = ready.replica();
                if (replica.phase == ReplicaPhase.STARTING && !replica.gone) {
                    replica.phase = ReplicaPhase.READY;
                    replica.readyAt = now;
                    pool.cameUp(now - replica.requestedAt);
                    changed();
                }
            }
            case Event.End end -> {
                SimulatedReplica replica = end.replica();
                if (replica.running.remove(end.work())) {
                    replica.executed++;
                    replica.lastBusyAt = now;
                    pool.served(end.work().service);
                    if (fails(end.work())) {
                        tryLater(end.work());
                    } else {
                        tally.finished++;
                    }
                    leaveIfDone(replica);
                    changed();
                }
            }
            case Event.Due due -> {
                pool.queue.add(pool.later.remove());
                changed();
            }
            case Event.Death death -> die(death.replica());
            case Event.Drain drain -> drain(drain.replica());
        }
    }

    /** It finishes what it runs and goes, although the policy did not say so. */
    private void drain(SimulatedReplica replica) {
        if (!replica.gone && replica.phase == ReplicaPhase.READY) {
            replica.phase = ReplicaPhase.DRAINING;
            leaveIfDone(replica);
            changed();
        }
    }

    private boolean fails(Work work) {
        return world.failures() > 0 && !work.failed && random.nextDouble() < world.failures();
    }

    private void tryLater(Work work) {
        work.failed = true;
        work.dueAt = now + world.backoff().toMillis();
        pool.later.add(work);
        schedule(work.dueAt, new Event.Due());
    }

    private void die(SimulatedReplica replica) {
        if (replica.gone) {
            return;
        }
        List<Work> lost = new ArrayList<>(replica.running);
        replica.running.clear();
        lost.reversed().forEach(pool.queue::addFirst);
        leave(replica);
        changed();
        nextLook = Math.min(nextLook, Math.max(now, lookedAt() + SHORTEST_GAP));
    }

    /** Gives what waits to free slots, and wakes the autoscaler: at once if something still waits, else at its next tick. */
    private void changed() {
        pool.dispatch((replica, work) -> {
            if (!work.begun) {
                work.begun = true;
                tally.waits.add(now - work.arrivedAt);
            }
            schedule(now + work.service, new Event.End(replica, work));
        });
        nextLook = Math.min(nextLook, nextTick(lastLook == now ? now + 1 : now));
        if (!pool.queue.isEmpty() && now - lastCall >= BETWEEN_CALLS) {
            lastCall = now;
            nextLook = Math.min(nextLook, Math.max(now, lookedAt() + SHORTEST_GAP));
        }
    }

    /** Also a look that was skipped keeps the next one at a distance. */
    private long lookedAt() {
        return Math.max(lastLook, (now - 1) / TICK * TICK);
    }

    private void look() {
        PoolSnapshot seen = pool.snapshot(now);
        Instant time = time(now);
        Decision decision = policy.decide(seen, time);
        tally.looks++;
        if (laws != null) {
            laws.check(seen, decision, now, nextArrival, tally.finished);
        }
        if (history != null) {
            history.add(new Moment(time, seen, decision));
        }
        lastLook = now;
        boolean news = !(decision instanceof Decision.Hold)
                || decision.to() != pool.desired
                || decision.stateAfter(seen) != pool.state;
        pool.activeAt = Math.max(pool.activeAt, seen.lastActive(time).toEpochMilli() - BEGIN.toEpochMilli());
        pool.state = decision.stateAfter(seen);
        pool.desired = decision.to();
        nextLook = news || !skipping ? nextTick(now + 1) : due(seen, time);
        carryOut(decision);
    }

    /** When something can change although nothing happens. */
    private long due(PoolSnapshot seen, Instant time) {
        Countdowns countdowns = Countdowns.of(seen, time);
        long due = tickAt(countdowns.coldAt());
        due = Math.min(due, countdowns.next().map(next -> tickAt(next.at())).orElse(NEVER));
        for (Work work : pool.later) {
            long soon = nextTick(Math.max(0, work.dueAt - pool.pace().lead().toMillis()));
            due = soon > now ? Math.min(due, soon) : due;
        }
        Duration age = seen.limits().recycling().age();
        if (age != null) {
            for (ReplicaSnapshot replica : seen.replicas()) {
                due = Math.min(
                        due,
                        replica.readyAt() == null
                                ? NEVER
                                : tickAt(replica.readyAt().plus(age)));
            }
        }
        return due;
    }

    private long tickAt(@Nullable Instant at) {
        return at == null
                ? NEVER
                : nextTick(Math.max(now + 1, Duration.between(BEGIN, at).toMillis()));
    }

    private static long nextTick(long from) {
        return (from + TICK - 1) / TICK * TICK;
    }

    private void carryOut(Decision decision) {
        switch (decision) {
            case Decision.Hold hold -> {}
            case Decision.Start start -> {
                tally.grows();
                start.ordinals().forEach(this::request);
            }
            case Decision.StopOne stop -> {
                pool.scaledDownAt = now;
                tally.shrinks();
                stop(stop.replica());
            }
            case Decision.Drain drain -> stop(drain.replica());
            case Decision.StopAll stop -> {
                tally.shrinks();
                stop.replicas().forEach(this::stop);
            }
            case Decision.GiveUp giveUp -> pool.queue.clear();
        }
    }

    private void request(int ordinal) {
        SimulatedReplica replica = new SimulatedReplica(nextId++, ordinal, now);
        pool.add(replica);
        tally.starts++;
        long ready = now + world.coldStart().draw(random).toMillis();
        schedule(ready, new Event.Ready(replica));
        if (world.deathsPerHour() > 0) {
            schedule(
                    ready + (long) (random.nextExponential() * HOUR / world.deathsPerHour()), new Event.Death(replica));
        }
        if (world.drainsPerHour() > 0) {
            schedule(
                    ready + (long) (random.nextExponential() * HOUR / world.drainsPerHour()), new Event.Drain(replica));
        }
    }

    private void stop(ReplicaSnapshot chosen) {
        for (SimulatedReplica replica : List.copyOf(pool.replicas)) {
            if (replica.id == chosen.id()) {
                replica.phase = ReplicaPhase.DRAINING;
                tally.stops++;
                leaveIfDone(replica);
            }
        }
    }

    private void leaveIfDone(SimulatedReplica replica) {
        if (replica.phase == ReplicaPhase.DRAINING && replica.running.isEmpty()) {
            leave(replica);
        }
    }

    private void leave(SimulatedReplica replica) {
        replica.gone = true;
        pool.replicas.remove(replica);
        pool.activeAt = Math.max(pool.activeAt, replica.lastBusyAt);
        tally.replicaMillis += now - replica.requestedAt;
    }

    private void schedule(long at, Event event) {
        events.add(new Scheduled(at, order++, event));
    }
}
