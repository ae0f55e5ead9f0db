package dev.hearth.controlplane.scheduling;

/**
 * Names one attempt and fences it.
 *
 * @param action id of its row
 * @param token drawn anew for every attempt; what carries an old token changes nothing
 */
public record AttemptKey(long action, long token) {}
