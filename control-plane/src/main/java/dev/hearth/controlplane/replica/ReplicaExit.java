package dev.hearth.controlplane.replica;

import dev.hearth.model.ReplicaPhase;

/**
 * How a replica ended.
 *
 * @param phase STOPPED, LOST or FAILED
 * @param code for the attempts that it takes along, e.g. REPLICA_LOST or OUT_OF_MEMORY
 * @param reason for people
 * @param byItself whether its process ended by its own doing, not by a signal from outside and not by falling silent
 */
public record ReplicaExit(ReplicaPhase phase, String code, String reason, boolean byItself) {}
