package dev.hearth.controlplane.waiting;

import dev.hearth.model.ActionPhase;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An action, as far as its waiting depends on it.
 *
 * @param phase as stored: queued, running or ended
 * @param parked waits for its children and holds no slot
 * @param availableAt not before this time; in the future after a failure
 * @param failures attempts that failed so far
 * @param ownPool its pool belongs to its run alone
 * @param holder the replica that runs or ran it last
 */
record ActionFacts(
        long id,
        String run,
        String name,
        String environment,
        long pool,
        boolean ownPool,
        ActionPhase phase,
        boolean parked,
        int priority,
        Instant availableAt,
        int attempt,
        int failures,
        @Nullable Instant dispatchedAt,
        @Nullable Instant endedAt,
        @Nullable Holder holder) {

    boolean isRoot() {
        return name.equals("a0");
    }

    /**
     * The replica of an attempt.
     *
     * @param silence since its last sign of life, by the database's clock; null = not heard of yet
     */
    record Holder(long replica, int ordinal, @Nullable Duration silence) {}
}
