package dev.hearth.sdk;

/** Whether this process is a replica. Set once by the worker. */
public final class Hosting {
    private static volatile boolean replica;

    private Hosting() {}

    /** From now on a task that is called outside of an execution is refused instead of run here. */
    public static void becomeReplica() {
        replica = true;
    }

    static boolean inReplica() {
        return replica;
    }
}
