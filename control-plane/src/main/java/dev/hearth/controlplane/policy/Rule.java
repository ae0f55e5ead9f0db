package dev.hearth.controlplane.policy;

/** The rules of pool life: each decision names the one that made it. */
public enum Rule {
    /** Executions need more replicas than there are, or exactly these. */
    DEMAND,
    /** While in use a pool keeps its minimum. */
    MINIMUM,
    /** A pool without idle TTL is always up. */
    ALWAYS_ON,
    /** Somebody asked for a warm pool. */
    WARM_ASKED,
    /** The replicas that are there will have worked the queue off before another could come up. */
    PATIENCE,
    /** More than the demand needs, the highest idle one goes. */
    SCALEDOWN_TTL,
    /** Nothing ran or waited for the idle TTL: all go. */
    IDLE_TTL,
    /** No new work will come: its version was replaced, or the run that owns it is over. */
    ENDING,
    /** The maximum was lowered below what is there. */
    OVER_MAXIMUM,
    /** A replica has reached a mark at which it is replaced. */
    RECYCLE,
    /** The last starts have failed, the next one waits. */
    START_BACK_OFF,
    /** Starts have failed too often. */
    GIVE_UP,
    /** The server has no room for more replicas. */
    SERVER_LIMIT,
    /**
     * Every single-use replica, or the draining replica of a full server, waits for its children: one more than the limit, so that they
     * can run.
     */
    OVERFLOW,
    /** Nothing is there and nothing waits. */
    COLD,
    /** Somebody drained a replica. */
    DRAINED_BY_HAND
}
