package dev.hearth.controlplane.scaling;

/**
 * Published after the commit of the decision to give a pool up: none of its replicas comes up, and whoever owns the waiting
 * actions should fail them.
 *
 * @param reason for the message of their error
 */
public record ReplicasNeverStarted(long poolId, String reason) {

    /** The code of their error. */
    public static final String CODE = "REPLICA_NEVER_STARTED";
}
