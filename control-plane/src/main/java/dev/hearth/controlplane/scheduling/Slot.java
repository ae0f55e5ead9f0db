package dev.hearth.controlplane.scheduling;

/**
 * A free slot that is offered to the queue of a pool.
 *
 * @param rank from 1: the first in the queue gets the first slot
 * @param childrenOnly its replica has no memory for new roots, which would wait in it for children of their own
 */
public record Slot(long pool, int rank, long replica, boolean childrenOnly) {}
