package dev.hearth.model;

import java.util.EnumSet;
import java.util.Set;

/** Where a replica is. Its names are the API's names. */
public enum ReplicaPhase {
    /** Wanted; nothing has been started for it yet. */
    REQUESTED,
    /** Its process, container or pod is being started. */
    STARTING,
    /** Has said hello and takes work. */
    READY,
    /** Finishes what it runs and takes nothing new. */
    DRAINING,
    STOPPED,
    /** Died or fell silent. */
    LOST,
    /** Never came up. */
    FAILED;

    private static final Set<ReplicaPhase> ENDS = EnumSet.of(STOPPED, LOST, FAILED);

    public boolean isTerminal() {
        return ENDS.contains(this);
    }

    /** The one place that says which changes of a replica are legal. */
    public boolean canBecome(ReplicaPhase next) {
        return switch (this) {
            case REQUESTED -> next == STARTING || next == STOPPED || next == LOST || next == FAILED;
            case STARTING -> next == READY || next == DRAINING || next == STOPPED || next == LOST || next == FAILED;
            case READY -> next == DRAINING || next == STOPPED || next == LOST;
            case DRAINING -> next == STOPPED || next == LOST;
            case STOPPED, LOST, FAILED -> false;
        };
    }
}
