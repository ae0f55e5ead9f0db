package dev.hearth.controlplane.scaling;

/**
 * How many replicas this server may have and has, all pools together.
 *
 * @param limit {@code hearth.scaling.max-replicas}
 */
record ServerRoom(int limit, int used) {
    int free() {
        return Math.max(0, limit - used);
    }
}
