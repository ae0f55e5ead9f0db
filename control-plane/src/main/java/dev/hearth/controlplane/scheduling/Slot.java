package dev.hearth.controlplane.scheduling;

/**
 * A free slot that is offered to the queue of a pool.
 *
 * @param rank from 1: the first in the queue gets the first slot
 */
public record Slot(long pool, int rank, long replica) {}
