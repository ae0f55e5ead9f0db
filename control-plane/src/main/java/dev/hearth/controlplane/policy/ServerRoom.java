package dev.hearth.controlplane.policy;

/**
 * How many replicas this server may have and has, all pools together.
 *
 * @param limit {@code hearth.scaling.max-replicas}
 * @param lent draining replicas in which parents wait for children: each lends its place to a pool without any replica, or the
 *     children could not come before the parent's replica is ended
 */
public record ServerRoom(int limit, int used, int lent) {
    public ServerRoom(int limit, int used) {
        this(limit, used, 0);
    }

    /** Whether a pool that has none may have a replica above the limit. */
    boolean lends() {
        return used >= limit && used < limit + lent;
    }

    public int free() {
        return Math.max(0, limit - used);
    }
}
