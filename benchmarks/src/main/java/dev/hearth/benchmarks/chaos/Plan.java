package dev.hearth.benchmarks.chaos;

import dev.hearth.examples.Turmoil.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What strikes when, and the load beneath. Follows from its seed alone; a longer plan begins like a shorter one.
 *
 * @param strikes in the order of their times
 */
record Plan(long seed, List<Strike> strikes) {
    private static final int SHORTEST_PAUSE = 3_000;
    private static final int LONGEST_PAUSE = 8_000;
    private static final int FIRST = 5_000;
    private static final int MOST_LEAVES = 40;

    /**
     * A fault.
     *
     * @param atMillis after the beginning
     * @param millis how long it lasts, where that means anything
     * @param pick chooses among those whom it may strike
     */
    record Strike(long atMillis, Fault fault, int millis, int pick) {
        @Override
        public String toString() {
            return "%8.3f s  %-48s %6d ms  pick %d".formatted(atMillis / 1e3, fault.text(), millis, pick);
        }
    }

    static Plan of(long seed, Duration length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Strike> strikes = new ArrayList<>();
        long at = FIRST;
        while (at < length.toMillis()) {
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            strikes.add(new Strike(at, fault, random.nextInt(500, longest(fault)), random.nextInt(1_000)));
            at += random.nextInt(SHORTEST_PAUSE, LONGEST_PAUSE);
        }
        return new Plan(seed, strikes);
    }

    private static int longest(Fault fault) {
        return switch (fault) {
            case REPLICA_STOPPED -> 20_000;
            case STREAMS_BLACK_HOLED -> 15_000;
            case CONTROL_PLANE_STOPPED, STREAMS_DELAYED -> 8_000;
            case CONTROL_PLANE_KILLED, DISK_FULL -> 5_000;
            default -> 3_000;
        };
    }

    /** The n-th run of the load. */
    Family family(long n) {
        SplittableRandom random = new SplittableRandom(seed ^ (n * 0x9E3779B97F4A7C15L));
        return new Family(random.nextLong(1L << 50), random.nextInt(5, MOST_LEAVES));
    }
}
