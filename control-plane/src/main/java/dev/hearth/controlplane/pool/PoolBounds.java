package dev.hearth.controlplane.pool;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.model.Recycle;
import dev.hearth.model.Replicas;
import dev.hearth.model.ReusePolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a deployment may change of a pool while its replicas stay warm. */
record PoolBounds(
        Replicas replicas,
        Duration scaledownTtl,
        @Nullable Duration idleTtl,
        Recycle recycle,
        @Nullable Duration startTimeout) {

    /** Without a reuse policy nothing is kept warm, and at most {@code maxFresh} executions run at a time. */
    static PoolBounds of(EnvironmentSpec spec, int maxFresh) {
        ReusePolicy reuse = spec.reuse();
        return reuse == null
                ? new PoolBounds(
                        new Replicas(0, maxFresh),
                        ReusePolicy.DEFAULT_TTL,
                        ReusePolicy.DEFAULT_TTL,
                        Recycle.NEVER,
                        spec.startTimeout())
                : new PoolBounds(
                        reuse.replicas(), reuse.scaledownTtl(), reuse.idleTtl(), reuse.recycle(), spec.startTimeout());
    }

    @Nullable
    Long idleTtlMillis() {
        return millis(idleTtl);
    }

    @Nullable
    Long startTimeoutMillis() {
        return millis(startTimeout);
    }

    @Nullable
    Long recycleAgeMillis() {
        return millis(recycle.afterAge());
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : Long.valueOf(duration.toMillis());
    }
}
