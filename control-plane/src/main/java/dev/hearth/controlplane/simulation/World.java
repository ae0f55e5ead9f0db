package dev.hearth.controlplane.simulation;

import java.time.Duration;

/**
 * What happens to replicas, apart from work and policy.
 *
 * @param coldStart from the request of a replica until it is ready
 * @param deathsPerHour of each replica, 0 = none dies
 * @param drainsPerHour of each replica: by hand, or because a task does not stop; 0 = none
 * @param failures the part of all work that fails once
 * @param backoff after which that is tried again
 * @param seed of all that is drawn
 */
public record World(
        Spread coldStart, double deathsPerHour, double drainsPerHour, double failures, Duration backoff, long seed) {
    public World(Spread coldStart, double deathsPerHour, long seed) {
        this(coldStart, deathsPerHour, 0, 0, Duration.ZERO, seed);
    }

    /** Replicas that come up in the same time and live as long as they are wanted. */
    public static World constant(Duration coldStart) {
        return new World(new Spread.Constant(coldStart), 0, 1);
    }

    World seeded(long another) {
        return new World(coldStart, deathsPerHour, drainsPerHour, failures, backoff, another);
    }
}
