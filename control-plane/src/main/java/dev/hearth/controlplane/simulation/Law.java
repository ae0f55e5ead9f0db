package dev.hearth.controlplane.simulation;

/** What holds at every look at every pool, whatever the load, the cold starts and the deaths. */
public enum Law {
    /** While a pool is not cold, no less than its minimum is wanted. */
    NEVER_BELOW_MINIMUM,
    /** What serves stays within the maximum, one more while a worn one is replaced; with what drains, within twice that. */
    NEVER_ABOVE_MAXIMUM,
    /** Nothing runs on a replica that is chosen to stop. */
    NOTHING_RUNNING_IS_STOPPED,
    /** Scale-downs are at least scaledown_ttl apart. */
    ONE_SCALE_DOWN_PER_TTL,
    /** What goes has rested for scaledown_ttl: no replica that was just needed is let go, so sizes cannot flap. */
    ONLY_THE_RESTED_GO,
    /** Without work the pool goes cold when idle_ttl is over, give or take a tick, and not before. */
    COLD_AT_IDLE_TTL,
    /** What arrived is queued, running or finished. */
    WORK_IS_CONSERVED,
    /** Nothing waits while a ready replica has a free slot. */
    NO_SLOT_IDLES_BESIDE_A_QUEUE,
    /** What drains keeps no place that work needs: its replacement is requested with the first look. */
    DRAINING_KEEPS_NO_PLACE,
    /** Nothing is started for what is not due before it could be up. */
    NOTHING_STARTS_FOR_WHAT_IS_NOT_DUE,
    /** What demand needs and bounds allow is there or requested after every look. */
    DEMAND_IS_MET_AT_ONCE
}
