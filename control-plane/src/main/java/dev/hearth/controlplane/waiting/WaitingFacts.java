package dev.hearth.controlplane.waiting;

import org.jspecify.annotations.Nullable;

/**
 * All that the answer depends on, apart from the time.
 *
 * @param children counted for a parked action, else none
 * @param queue null unless the action is queued
 */
record WaitingFacts(
        ActionFacts action, Children children, @Nullable QueueFacts queue) {}
