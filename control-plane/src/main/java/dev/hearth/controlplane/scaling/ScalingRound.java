package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.outage.Trouble;
import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ScalingPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * One look at all pools. Two statements tell which of them need something; only those are locked and decided on. The number
 * of statements grows with the number of decisions, not with the number of pools.
 */
@Component
final class ScalingRound {
    private static final Trouble trouble =
            new Trouble(LoggerFactory.getLogger(ScalingRound.class), "A pool could not be scaled, it is tried again");

    /** How far the stored clock of a working pool may lag behind. */
    private static final Duration ACTIVE_RESOLUTION = Duration.ofSeconds(1);

    private final SnapshotStore snapshots;
    private final ScalingStore store;
    private final PoolEvaluation evaluation;
    private final Announcements announcements;
    private final ScalingSettings settings;
    private final ScalingPolicy policy;

    ScalingRound(
            SnapshotStore snapshots,
            ScalingStore store,
            PoolEvaluation evaluation,
            ScalingSettings settings,
            Announcements announcements) {
        this.snapshots = snapshots;
        this.store = store;
        this.evaluation = evaluation;
        this.announcements = announcements;
        this.settings = settings;
        this.policy = settings.policy();
    }

    /** Every pool that may need something. With {@code inTurn}, only if no control plane has done so in this interval. */
    void run(Instant now, boolean inTurn) {
        if (!inTurn || store.takeTurn(settings.interval())) {
            decide(snapshots.candidates(now), now);
            store.retire();
        }
    }

    /** Only these pools, at once. */
    void run(Collection<Long> poolIds, Instant now) {
        decide(snapshots.pools(poolIds, now), now);
    }

    private void decide(List<PoolSnapshot> pools, Instant now) {
        rememberActivity(pools, now);
        pools.stream().filter(pool -> needsChange(pool, now)).forEach(pool -> change(pool, now));
    }

    private boolean needsChange(PoolSnapshot pool, Instant now) {
        Decision decision = policy.decide(pool, now);
        return !(decision instanceof Decision.Hold)
                || pool.condition().warmAsked()
                || decision.to() != pool.condition().desired()
                || decision.stateAfter(pool) != pool.condition().state();
    }

    /** A pool that fails must not keep the others waiting: it gets its turn again in the next round. */
    private void change(PoolSnapshot pool, Instant now) {
        try {
            evaluation.evaluate(pool.id(), policy, now).ifPresent(announcements::announce);
        } catch (RuntimeException e) {
            trouble.failed("pool " + pool.id() + " of " + pool.environment() + ": " + e);
        }
    }

    /** Written down now and then, because the replicas whose rows tell it do not stay. */
    private void rememberActivity(List<PoolSnapshot> pools, Instant now) {
        Map<Long, Instant> behind = pools.stream()
                .filter(pool -> isBehind(pool, now))
                .collect(Collectors.toMap(PoolSnapshot::id, pool -> pool.lastActive(now)));
        if (!behind.isEmpty()) {
            store.seenActive(behind);
        }
    }

    private static boolean isBehind(PoolSnapshot pool, Instant now) {
        Instant stored = pool.condition().activeAt();
        Instant active = pool.lastActive(now);
        Duration allowed = pool.hasLiveActions() ? ACTIVE_RESOLUTION : Duration.ZERO;
        return stored == null || Duration.between(stored, active).compareTo(allowed) > 0;
    }
}
