package dev.hearth.controlplane.replica;

import dev.hearth.model.ReplicaPhase;
import org.jspecify.annotations.Nullable;

/** What the database says of a replica that says hello. */
record ReplicaFacts(
        long id,
        long pool,
        int ordinal,
        int slots,
        ReplicaPhase phase,
        String joinTokenHash,
        @Nullable String bundle,
        boolean elastic,
        boolean singleUse,
        long memoryBytes) {}
