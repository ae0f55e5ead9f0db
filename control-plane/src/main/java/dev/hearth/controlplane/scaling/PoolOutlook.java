package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ScalingPolicy;
import java.time.Instant;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** What the autoscaler would decide on a pool if it looked now. Changes nothing. */
@Component
public final class PoolOutlook {
    private final SnapshotStore snapshots;
    private final ScalingPolicy policy;

    PoolOutlook(SnapshotStore snapshots, ScalingSettings settings) {
        this.snapshots = snapshots;
        this.policy = settings.policy();
    }

    /** A pool at this moment, and the decision that follows from it. */
    public record Outlook(PoolSnapshot pool, Decision decision) {}

    /** Two statements. Empty if there is no such pool. */
    public Optional<Outlook> of(long poolId, Instant now) {
        return snapshots.pool(poolId, now).stream()
                .findFirst()
                .map(pool -> new Outlook(pool, policy.decide(pool, now)));
    }
}
