package dev.hearth.controlplane.journal;

import dev.hearth.model.ReplicaPhase;

/** A replica has gone for good: its row gets a terminal phase, its attempts go back to their queues. */
public record ReplicaEnd(long replica, ReplicaPhase phase, String code, String reason) {}
