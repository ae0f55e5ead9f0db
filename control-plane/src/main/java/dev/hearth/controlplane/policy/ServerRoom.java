package dev.hearth.controlplane.policy;

/**
 * How many replicas this server may have and has, all pools together.
 *
 * @param limit {@code hearth.scaling.max-replicas}
 */
public record ServerRoom(int limit, int used) {
    public int free() {
        return Math.max(0, limit - used);
    }
}
