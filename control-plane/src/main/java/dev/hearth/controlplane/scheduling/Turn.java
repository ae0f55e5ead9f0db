package dev.hearth.controlplane.scheduling;

/**
 * The place of an action among those of its pool and priority, as a number: the lowest goes first. Depth counts before fairness,
 * so that what has begun ends before more begins: e.g. a grandchild has a lower turn than any child, a child a lower one than any
 * root, and among roots the lower fair turn goes first.
 */
public final class Turn {
    /** Room for the fair turns of one depth. */
    private static final int FAIR_BITS = 40;

    private static final int DEEPEST = 1 << 20;

    private Turn() {}

    /** @param depth how many parents an action has, 0 = a root */
    public static long at(int depth, long fair) {
        return first(depth) + fair;
    }

    /** The lowest turn of a depth. */
    public static long first(int depth) {
        return -((long) Math.min(depth, DEEPEST) << FAIR_BITS);
    }

    public static int depth(long turn) {
        return (int) -(turn >> FAIR_BITS);
    }

    /** Its place among those of the same depth. */
    public static long fair(long turn) {
        return turn & ((1L << FAIR_BITS) - 1);
    }
}
