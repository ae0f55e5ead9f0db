package dev.hearth.controlplane.simulation;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.Recycling;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.Rule;
import dev.hearth.model.PoolState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Checks the laws at every look, by what the world knows and not only by what the policy was shown. */
final class LawBook {
    /** One broken law breaks others: the first few tell it all. */
    private static final int MOST = 20;

    private final SimulatedPool pool;
    private final PoolLimits limits;
    private final long seed;
    private final List<Violation> violations = new ArrayList<>();
    private long lastScaleDown = -1;

    LawBook(SimulatedPool pool, long seed) {
        this.pool = pool;
        this.limits = pool.limits;
        this.seed = seed;
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** Before the decision is carried out. */
    void check(PoolSnapshot seen, Decision decision, long now, long arrived, long finished) {
        size(seen, decision, now);
        stops(decision, now);
        starts(seen, decision, now);
        idleness(seen, decision, now);
        work(now, arrived, finished);
        growth(seen, decision, now);
    }

    private void size(PoolSnapshot seen, Decision decision, long now) {
        int leaving = pool.replicas.size() - decision.from();
        boolean cold = decision.stateAfter(seen) == PoolState.COLD;
        demand(
                Law.NEVER_BELOW_MINIMUM,
                now,
                cold || decision.to() >= Math.min(limits.min(), 2 * limits.max() - leaving),
                decision);
        int allowed = limits.max() + (limits.recycling().equals(Recycling.NEVER) ? 0 : 1);
        int added = decision instanceof Decision.Start start ? start.ordinals().size() : 0;
        demand(Law.NEVER_ABOVE_MAXIMUM, now, decision.from() + added <= allowed, decision);
        demand(Law.NEVER_ABOVE_MAXIMUM, now, pool.replicas.size() + added <= 2 * allowed, decision);
    }

    /** A pool that is in use, always on or asked to be warm keeps its minimum whether something is due or not. */
    private void starts(PoolSnapshot seen, Decision decision, long now) {
        if (decision instanceof Decision.Start && decision.why().rule() == Rule.DEMAND) {
            demand(Law.NOTHING_STARTS_FOR_WHAT_IS_NOT_DUE, now, pool.hasWork(now), decision);
        }
        boolean cold = seen.serving().isEmpty() && limits.idleTtl() != null && pool.state == PoolState.COLD;
        if (cold && decision instanceof Decision.Start) {
            demand(Law.NOTHING_STARTS_FOR_WHAT_IS_NOT_DUE, now, pool.hasWork(now), decision);
        }
    }

    private void stops(Decision decision, long now) {
        if (decision instanceof Decision.StopOne stop) {
            SimulatedReplica victim = find(stop.replica());
            demand(Law.NOTHING_RUNNING_IS_STOPPED, now, victim.running.isEmpty(), decision);
            long ttl = limits.scaledownTtl().toMillis();
            if (stop.why().rule() == Rule.SCALEDOWN_TTL) {
                demand(Law.ONLY_THE_RESTED_GO, now, now - victim.restingSince() >= ttl, decision);
                demand(Law.ONE_SCALE_DOWN_PER_TTL, now, lastScaleDown < 0 || now - lastScaleDown >= ttl, decision);
            }
            lastScaleDown = now;
        } else if (decision instanceof Decision.StopAll stop) {
            for (ReplicaSnapshot replica : stop.replicas()) {
                demand(
                        Law.NOTHING_RUNNING_IS_STOPPED,
                        now,
                        find(replica).running.isEmpty(),
                        decision);
            }
        }
    }

    private SimulatedReplica find(ReplicaSnapshot replica) {
        return pool.replicas.stream()
                .filter(each -> each.id == replica.id())
                .findFirst()
                .orElseThrow();
    }

    /** A death may hide the end of the last work until the tick after it, hence the tick of grace on either side. */
    private void idleness(PoolSnapshot seen, Decision decision, long now) {
        Duration idleTtl = limits.idleTtl();
        if (idleTtl == null || pool.hasWork(now) || pool.state == PoolState.COLD) {
            return;
        }
        long tick = Simulation.INTERVAL.toMillis();
        boolean goes = decision.stateAfter(seen) == PoolState.COLD;
        long silence = now - pool.lastWorkAt;
        demand(Law.COLD_AT_IDLE_TTL, now, goes || silence < idleTtl.toMillis() + tick, decision);
        boolean emptied = limits.min() == 0 && pool.replicas.size() <= 1;
        demand(Law.COLD_AT_IDLE_TTL, now, !goes || emptied || silence >= idleTtl.toMillis() - tick, decision);
    }

    private void work(long now, long arrived, long finished) {
        long known = pool.queue.size() + pool.later.size() + pool.running() + finished;
        if (known != arrived) {
            broken(Law.WORK_IS_CONSERVED, now, arrived + " arrived, " + known + " are known");
        }
        if (!pool.queue.isEmpty() && pool.hasFreeSlot()) {
            broken(Law.NO_SLOT_IDLES_BESIDE_A_QUEUE, now, pool.queue.size() + " wait");
        }
    }

    /** Of a patient policy nothing is demanded but that somebody serves. */
    private void growth(PoolSnapshot seen, Decision decision, long now) {
        if (!pool.hasWork(now) || decision.why().rule() == Rule.PATIENCE || decision instanceof Decision.Start) {
            return;
        }
        int serving = seen.serving().size();
        boolean full = serving >= limits.max() || pool.replicas.size() >= 2 * limits.max();
        boolean replaced = full || serving >= seen.wanted();
        demand(Law.DEMAND_IS_MET_AT_ONCE, now, replaced, decision);
        demand(Law.DRAINING_KEEPS_NO_PLACE, now, replaced || serving == pool.replicas.size(), decision);
    }

    private void demand(Law law, long now, boolean holds, Decision decision) {
        if (!holds) {
            broken(law, now, decision.toString());
        }
    }

    private void broken(Law law, long now, String what) {
        if (violations.size() < MOST) {
            violations.add(new Violation(law, seed, Simulation.time(now), what));
        }
    }
}
