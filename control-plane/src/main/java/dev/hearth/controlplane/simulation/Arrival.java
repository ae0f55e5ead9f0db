package dev.hearth.controlplane.simulation;

import java.time.Duration;

/**
 * An execution that is submitted.
 *
 * @param at since the beginning of the simulation
 * @param service how long it holds a slot, more than 0
 */
public record Arrival(Duration at, Duration service) {}
