package dev.hearth.controlplane.simulation;

import java.time.Duration;

/**
 * What happens to replicas, apart from work and policy.
 *
 * @param coldStart from the request of a replica until it is ready
 * @param deathsPerHour of each replica, 0 = none dies
 * @param seed of all that is drawn
 */
public record World(Spread coldStart, double deathsPerHour, long seed) {

    /** Replicas that come up in the same time and live as long as they are wanted. */
    public static World constant(Duration coldStart) {
        return new World(new Spread.Constant(coldStart), 0, 1);
    }
}
