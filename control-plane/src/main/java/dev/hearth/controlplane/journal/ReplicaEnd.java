package dev.hearth.controlplane.journal;

import dev.hearth.model.ReplicaPhase;
import java.util.Map;

/**
 * A replica has gone for good: its row gets a terminal phase, its attempts go back to their queues.
 *
 * @param byItself whether its process ended by its own doing: an action that was alone in it is to blame
 * @param alone for versions whose actions are suspected, the pool in which these are tried on a replica of their own
 */
public record ReplicaEnd(
        long replica, ReplicaPhase phase, String code, String reason, boolean byItself, Map<Long, Long> alone) {}
