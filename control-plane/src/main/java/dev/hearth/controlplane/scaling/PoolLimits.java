package dev.hearth.controlplane.scaling;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an environment's policy says about its pool.
 *
 * @param idleTtl null = always on
 * @param singleUse each replica serves one execution and goes
 */
record PoolLimits(
        int min,
        int max,
        int concurrency,
        Duration scaledownTtl,
        @Nullable Duration idleTtl,
        boolean singleUse) {

    /** Above this many waiting actions nothing is decided differently, so no more are counted. */
    int countedQueue() {
        return (int) Math.min((long) max * concurrency + 1, 100_000);
    }
}
