package dev.hearth.api;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why an action waits, or that it does not: the exact limit, slot, replica, pause or child.
 *
 * @param waiting false once it has a slot or has ended
 * @param message one sentence for people, with the numbers
 * @param since when that began, as far as it is known
 * @param until when it will change, where that is known: the next try, the replica that is expected
 * @param details the numbers of the message for programs, by name
 */
public record WaitingView(
        boolean waiting,
        Cause cause,
        String message,
        @Nullable Instant since,
        @Nullable Instant until,
        Map<String, Object> details) {

    /** What an action waits for. */
    public enum Cause {
        /** It has ended. */
        NOT_WAITING,
        /** It has a slot. */
        RUNNING,
        /** Parked: it goes on when its children have ended. */
        WAITS_FOR_CHILDREN,
        /** Its environment gives no action to a replica until it is resumed. */
        ENVIRONMENT_PAUSED,
        /** It has failed and is tried again later. */
        RETRY_BACK_OFF,
        /** Its pool has no replica; the autoscaler starts one with its next look. */
        POOL_COLD,
        /** As POOL_COLD, and the pool is its run's own (scope run). */
        RUN_POOL,
        /** The replica that will take it comes up. */
        REPLICA_STARTING,
        /** All slots are busy; the autoscaler starts more replicas with its next look. */
        POOL_GROWS,
        /** Replicas of its pool could not start; the next try waits. */
        START_BACK_OFF,
        /** The server has as many replicas as it may have, all pools together. */
        SERVER_LIMIT,
        /** Replicas that finish their work still hold the places of new ones. */
        DRAINING_HOLDS_PLACES,
        /** Parents that wait for their children hold the memory of the replicas that have room: only children go there. */
        PARENTS_HOLD_MEMORY,
        /** The pool is as large as it may be, and every slot is busy. */
        ALL_SLOTS_BUSY,
        /** Slots are free or come up, and actions ahead of it take them. */
        BEHIND_OTHERS,
        /** Without a reuse policy it needs a replica of its own. */
        FRESH_REPLICA,
        /** The replicas with room for it have fallen silent. */
        NO_REPLICA_CONNECTED,
        /** A slot is free for it: it goes next. */
        BEING_DISPATCHED,
        /** The replicas that are there will have worked off the queue before another could come up. */
        PATIENCE
    }
}
