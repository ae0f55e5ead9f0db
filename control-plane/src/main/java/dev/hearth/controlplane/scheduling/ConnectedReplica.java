package dev.hearth.controlplane.scheduling;

import java.util.List;

/** A ready replica whose stream ends here, as the dispatcher sees it. Thread-safe, never blocks. */
public interface ConnectedReplica {
    long id();

    long pool();

    int ordinal();

    /** Whether its pool can shrink, so that low ordinals should be filled first. */
    boolean elastic();

    /** Executions that it can take now; 0 when it drains. */
    int freeSlots();

    /** Executions that wait in it for their children and hold no slot. */
    int parked();

    /** Whether it has memory for new roots, which may wait in it for their children. Children go to it in any case. */
    boolean takesRoots();

    /** Sends claimed actions; called after the commit that claimed them. */
    void assign(List<ClaimedAction> actions);
}
