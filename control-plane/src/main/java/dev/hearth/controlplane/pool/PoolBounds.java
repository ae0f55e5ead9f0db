package dev.hearth.controlplane.pool;

import dev.hearth.model.Recycle;
import dev.hearth.model.Replicas;
import dev.hearth.model.ReusePolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a deployment may change of a pool while its replicas stay warm. */
record PoolBounds(
        Replicas replicas, Duration scaledownTtl, @Nullable Duration idleTtl, Recycle recycle) {

    /** Without a reuse policy nothing is kept warm, and at most {@code maxFresh} executions run at a time. */
    static PoolBounds of(@Nullable ReusePolicy reuse, int maxFresh) {
        return reuse == null
                ? new PoolBounds(
                        new Replicas(0, maxFresh), ReusePolicy.DEFAULT_TTL, ReusePolicy.DEFAULT_TTL, Recycle.NEVER)
                : new PoolBounds(reuse.replicas(), reuse.scaledownTtl(), reuse.idleTtl(), reuse.recycle());
    }

    @Nullable
    Long idleTtlMillis() {
        return idleTtl == null ? null : Long.valueOf(idleTtl.toMillis());
    }

    @Nullable
    Long recycleAgeMillis() {
        return recycle.afterAge() == null
                ? null
                : Long.valueOf(recycle.afterAge().toMillis());
    }
}
