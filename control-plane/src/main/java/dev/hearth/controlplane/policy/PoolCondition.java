package dev.hearth.controlplane.policy;

import dev.hearth.model.PoolState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a pool stands, apart from its replicas.
 *
 * @param desired replicas wanted by the last decision
 * @param paused its environment gives no action to a replica
 * @param warmAsked somebody asked for it to be warm, and nothing was decided since
 * @param draining no version that takes new runs uses it
 * @param runEnded it belongs to one run (scope run), and that run is over
 * @param queued waiting actions that may run now or as soon as a replica could be up ({@link Pace#lead}), counted as far as they
 *     matter; none while the environment is paused. A retry that is due later is no demand
 * @param activeAt last time that a live action was seen and written down
 * @param scaledDownAt last time that one replica was let go
 */
public record PoolCondition(
        PoolState state,
        int desired,
        boolean paused,
        boolean warmAsked,
        boolean draining,
        boolean runEnded,
        int queued,
        @Nullable Instant activeAt,
        @Nullable Instant scaledDownAt) {}
