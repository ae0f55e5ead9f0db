package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.Decision.Drain;
import dev.hearth.controlplane.policy.Decision.GiveUp;
import dev.hearth.controlplane.policy.Decision.Hold;
import dev.hearth.controlplane.policy.Decision.Start;
import dev.hearth.controlplane.policy.Decision.StopAll;
import dev.hearth.controlplane.policy.Decision.StopOne;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.Reason;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.Rule;
import dev.hearth.controlplane.policy.ScalingPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Decides on one pool and carries the decision out, in one transaction that no two control planes hold at a time. */
@Component
final class PoolEvaluation {
    /** What was done, once it is committed. */
    record Done(PoolSnapshot pool, Decision decision) {}

    private final TransactionTemplate transactions;
    private final SnapshotStore snapshots;
    private final ScalingStore store;
    private final DecisionStore decisions;

    PoolEvaluation(
            TransactionTemplate transactions, SnapshotStore snapshots, ScalingStore store, DecisionStore decisions) {
        this.transactions = transactions;
        this.snapshots = snapshots;
        this.store = store;
        this.decisions = decisions;
    }

    /** Empty if another control plane has the pool, or if it has taken work since it was decided to stop it. */
    Optional<Done> evaluate(long poolId, ScalingPolicy policy, Instant now) {
        Optional<Done> done = transactions.execute(tx -> store.lock(poolId)
                ? snapshots.pool(poolId, now).stream()
                        .findFirst()
                        .flatMap(pool -> carryOut(pool, policy.decide(pool, now), now))
                : Optional.empty());
        return done == null ? Optional.empty() : done;
    }

    /** Gives a replica nothing new, by somebody's hand; empty if it no longer serves. */
    Optional<Done> drain(long poolId, long replicaId, Instant now) {
        Optional<Done> done = transactions.execute(tx -> {
            store.await(poolId);
            return snapshots.pool(poolId, now).stream()
                    .findFirst()
                    .flatMap(pool -> pool.serving().stream()
                            .filter(replica -> replica.id() == replicaId)
                            .findFirst()
                            .map(replica -> drain(pool, replica, now)));
        });
        return done == null ? Optional.empty() : done;
    }

    private Done drain(PoolSnapshot pool, ReplicaSnapshot replica, Instant now) {
        int serving = pool.serving().size();
        Decision decision = new Drain(
                serving,
                serving - 1,
                replica,
                Reason.because(Rule.DRAINED_BY_HAND, "replica " + replica.ordinal() + " was drained by hand"));
        store.drain(replica.id(), now);
        decisions.record(pool, decision, now);
        return new Done(pool, decision);
    }

    private Optional<Done> carryOut(PoolSnapshot pool, Decision decision, Instant now) {
        boolean holds = true;
        switch (decision) {
            case Hold hold -> {}
            case Start start -> store.request(pool.id(), pool.limits().concurrency(), start.ordinals(), now);
            case StopOne stop -> holds = store.release(List.of(stop.replica().id()), now);
            case StopAll stop -> holds = stopAll(pool, stop, now);
            case Drain drain -> store.drain(drain.replica().id(), now);
            // The journal ends actions; it is told after the commit.
            case GiveUp giveUp -> {}
        }
        if (!holds) {
            return Optional.empty();
        }
        store.settle(pool, decision, now);
        if (!(decision instanceof Hold)) {
            decisions.record(pool, decision, now);
        }
        return Optional.of(new Done(pool, decision));
    }

    /** The queue is read before the replicas are marked: an action that came meanwhile keeps the pool warm. */
    private boolean stopAll(PoolSnapshot pool, StopAll stop, Instant now) {
        List<Long> ids = stop.replicas().stream().map(ReplicaSnapshot::id).toList();
        Instant due = now.plus(pool.pace().lead());
        return (pool.condition().paused() || !store.hasQueue(pool.id(), due)) && store.release(ids, now);
    }
}
