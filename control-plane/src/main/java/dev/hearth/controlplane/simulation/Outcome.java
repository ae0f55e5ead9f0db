package dev.hearth.controlplane.simulation;

import java.time.Duration;
import java.util.List;

/**
 * How a simulation went.
 *
 * @param simulated virtual time that it covered
 * @param looks that were taken; ticks between them, at which nothing could change, were skipped
 * @param starts replicas requested
 * @param stops replicas that went because the policy said so
 * @param replicaSeconds cost: time of all replicas together, from request to end
 * @param turns changes of direction, from growing to shrinking and back
 * @param history every look, if it was asked for, else empty
 */
public record Outcome(
        Duration simulated,
        long looks,
        long arrivals,
        long finished,
        long starts,
        long stops,
        double replicaSeconds,
        long turns,
        Waits waits,
        List<Violation> violations,
        List<Moment> history) {

    /** Ticks of one second that it covered. */
    public long ticks() {
        return simulated.toSeconds();
    }

    /** Zero for a simulation without duration. */
    public double meanReplicas() {
        return simulated.isZero() ? 0 : replicaSeconds * 1000 / simulated.toMillis();
    }
}
