package dev.hearth.controlplane.scaling;

import dev.hearth.model.PoolState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a pool stands, apart from its replicas.
 *
 * @param desired replicas wanted by the last decision
 * @param draining no version that takes new runs uses it
 * @param runEnded it belongs to one run (scope run), and that run is over
 * @param queued waiting actions, counted up to {@link PoolLimits#countedQueue}
 * @param activeAt last time that a live action was seen and written down
 * @param scaledDownAt last time that one replica was let go
 */
record PoolCondition(
        PoolState state,
        int desired,
        boolean draining,
        boolean runEnded,
        int queued,
        @Nullable Instant activeAt,
        @Nullable Instant scaledDownAt) {}
