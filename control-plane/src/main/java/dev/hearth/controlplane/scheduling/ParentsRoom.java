package dev.hearth.controlplane.scheduling;

/**
 * Whether a replica has room for new roots. Parents that wait for their children hold no slot, but they hold memory: without a bound
 * a replica would take one after the other until it has none left. So while parents wait in it, a replica whose measured memory is
 * near its limit gets children only, until some of them have ended. Children always go: they are what parents wait for.
 *
 * @param slots of the replica
 * @param parked parents that wait in it
 * @param parkedBefore those that waited when its memory was last measured
 * @param heapBytes live heap after a collection, 0 = not known
 * @param rssBytes resident memory, 0 = not known
 * @param memoryBytes its limit
 */
public record ParentsRoom(int slots, int parked, int parkedBefore, long heapBytes, long rssBytes, long memoryBytes) {
    /** So much of its memory may be in use. */
    static final double MOST_MEMORY = 0.8;

    /** A JVM has this part of the memory as its heap, and fills it before it collects: of it only the live heap counts. */
    static final double HEAP_SHARE = 0.75;

    /** So many more may come to wait from one measurement to the next, or in all while nothing is measured. */
    static final int PARKED_BETWEEN_MEASUREMENTS = 100;

    public boolean takesRoots() {
        if (parked == 0) {
            return true;
        }
        int most = Math.max(PARKED_BETWEEN_MEASUREMENTS, 10 * slots);
        int measured = isMeasured() ? parkedBefore : 0;
        return !isNearItsLimit() && parked < measured + most;
    }

    public boolean isNearItsLimit() {
        return isMeasured() && used() >= MOST_MEMORY * limit();
    }

    /** What counts against {@link #limit}: the live heap where it is known, else resident memory. */
    public long used() {
        return heapBytes > 0 ? heapBytes : rssBytes;
    }

    public long limit() {
        return heapBytes > 0 ? (long) (HEAP_SHARE * memoryBytes) : memoryBytes;
    }

    private boolean isMeasured() {
        return used() > 0 && memoryBytes > 0;
    }
}
