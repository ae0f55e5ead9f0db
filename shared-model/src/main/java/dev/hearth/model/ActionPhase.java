package dev.hearth.model;

import java.util.EnumSet;
import java.util.Set;

/** Where an action is. Its names are the API's names. */
public enum ActionPhase {
    /** Waits for a free slot. */
    QUEUED,
    /** Waits, and its pool has no ready replica yet: a cold start is under way. */
    WAITING_FOR_RESOURCES,
    /** Sent to a replica that has not acknowledged it yet. */
    INITIALIZING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** Cancelled, by itself or with its run. */
    ABORTED,
    TIMED_OUT;

    private static final Set<ActionPhase> ENDS = EnumSet.of(SUCCEEDED, FAILED, ABORTED, TIMED_OUT);

    public boolean isTerminal() {
        return ENDS.contains(this);
    }

    /** The one place that says which changes of an action are legal. */
    public boolean canBecome(ActionPhase next) {
        return switch (this) {
            case QUEUED ->
                next == WAITING_FOR_RESOURCES || next == INITIALIZING || next == RUNNING || endsUnstarted(next);
            case WAITING_FOR_RESOURCES ->
                next == QUEUED || next == INITIALIZING || next == RUNNING || endsUnstarted(next);
            case INITIALIZING -> next == RUNNING || next == QUEUED || next.isTerminal();
            case RUNNING -> next == QUEUED || next.isTerminal();
            case SUCCEEDED, FAILED, ABORTED, TIMED_OUT -> false;
        };
    }

    /** What never ran cannot have succeeded. */
    private static boolean endsUnstarted(ActionPhase next) {
        return next == FAILED || next == ABORTED || next == TIMED_OUT;
    }
}
