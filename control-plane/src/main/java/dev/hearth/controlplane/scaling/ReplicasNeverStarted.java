package dev.hearth.controlplane.scaling;

import java.util.List;

/**
 * Published after the commit that failed the waiting actions of a pool because none of its replicas came up: whoever
 * watches them, or waits for them as a parent, should be told.
 *
 * @param reason also the message of their error
 */
public record ReplicasNeverStarted(long poolId, String reason, List<FailedAction> actions) {

    /** The code of their error. */
    public static final String CODE = "REPLICA_NEVER_STARTED";

    public ReplicasNeverStarted {
        actions = List.copyOf(actions);
    }

    /** An action that is FAILED now. */
    public record FailedAction(long id, String run, String name) {}
}
