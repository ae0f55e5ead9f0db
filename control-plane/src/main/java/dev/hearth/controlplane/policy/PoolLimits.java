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

    /** The limits that a reuse policy gives to its pool. */
    public static PoolLimits of(ReusePolicy reuse) {
        Recycle marks = reuse.recycle();
        return new PoolLimits(
                reuse.replicas().min(),
                reuse.replicas().max(),
                reuse.concurrency(),
                reuse.scaledownTtl(),
                reuse.idleTtl(),
                false,
                new Recycling(marks.afterExecutions(), marks.afterAge(), marks.heapBytes(), marks.rssBytes()));
    }

    /** Above this many waiting actions nothing is decided differently, so no more are counted. */
    public int countedQueue() {
        return (int) Math.min((long) max * concurrency + 1, 100_000);
    }
}
