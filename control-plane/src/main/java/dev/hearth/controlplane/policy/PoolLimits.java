package dev.hearth.controlplane.policy;

import dev.hearth.model.Recycle;
import dev.hearth.model.ReusePolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an environment's policy says about its pool.
 *
 * @param idleTtl null = always on
 * @param singleUse each replica serves one execution and goes
 * @param recycling when a replica is replaced by a fresh one
 */
public record PoolLimits(
        int min,
        int max,
        int concurrency,
        Duration scaledownTtl,
        @Nullable Duration idleTtl,
        boolean singleUse,
        Recycling recycling) {

    public PoolLimits(
            int min, int max, int concurrency, Duration scaledownTtl, @Nullable Duration idleTtl, boolean singleUse) {
        this(min, max, concurrency, scaledownTtl, idleTtl, singleUse, Recycling.NEVER);
    }

    /** As a reuse policy says. */
    public static PoolLimits of(ReusePolicy policy) {
        Recycle recycle = policy.recycle();
        return new PoolLimits(
                policy.replicas().min(),
                policy.replicas().max(),
                policy.concurrency(),
                policy.scaledownTtl(),
                policy.idleTtl(),
                false,
                new Recycling(recycle.afterExecutions(), recycle.afterAge(), recycle.heapBytes(), recycle.rssBytes()));
    }

    /** Above this many waiting actions nothing is decided differently, so no more are counted. */
    public int countedQueue() {
        return (int) Math.min((long) max * concurrency + 1, 100_000);
    }
}
