package dev.hearth.api;

import dev.hearth.model.ReusePolicy;
import java.time.Instant;
import java.util.List;

/**
 * Stored scaling decisions, newest first, asked again under a policy that is only proposed.
 *
 * @param policy the proposed one: what was asked for, merged over what is deployed
 * @param unreadable decisions left out because their inputs were stored in an older form
 */
public record ReplayView(ReusePolicy policy, List<Replayed> items, int unreadable) {

    /**
     * A decision as it was made, and as it would have been made on the same inputs at the same time.
     *
     * @param differs the pool would have been given another number of replicas
     * @param queueCut the queue was counted only up to what mattered then; it may have been longer, and {@code then.to} higher
     */
    public record Replayed(
            Instant at, int from, int to, String rule, String reason, Then then, boolean differs, boolean queueCut) {}

    /**
     * What would have been decided.
     *
     * @param to replicas that would have served; {@code from} if nothing would have changed
     */
    public record Then(int to, String rule, String reason) {}
}
