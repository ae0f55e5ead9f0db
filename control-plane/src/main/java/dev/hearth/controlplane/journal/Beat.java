package dev.hearth.controlplane.journal;

/**
 * A sign of life.
 *
 * @param heapBytes live heap after the replica's last collection, 0 = not known
 * @param rssBytes resident memory of its process, 0 = not known
 * @param stopping executions that were told to stop and still hold a slot
 */
public record Beat(long replica, long heapBytes, long rssBytes, int stopping) {}
