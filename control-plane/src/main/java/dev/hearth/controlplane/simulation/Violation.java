package dev.hearth.controlplane.simulation;

import java.time.Instant;

/** A law that did not hold. With the seed of its world it happens again. */
public record Violation(Law law, long seed, Instant at, String what) {
    @Override
    public String toString() {
        return law + " broken at " + at + " with seed " + seed + ": " + what;
    }
}
