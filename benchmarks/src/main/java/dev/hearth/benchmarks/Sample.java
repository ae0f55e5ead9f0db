package dev.hearth.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** Measured durations. */
final class Sample {
    private final long[] nanos;

    private Sample(long[] sorted) {
        this.nanos = sorted;
    }

    /** Something that is measured. */
    interface Work {
        void run() throws Exception;
    }

    /** Runs {@code work} first to warm up and then to measure. */
    static Sample of(int warmups, int repeats, Work work) throws Exception {
        for (int i = 0; i < warmups; i++) {
            work.run();
        }
        long[] nanos = new long[repeats];
        for (int i = 0; i < repeats; i++) {
            long before = System.nanoTime();
            work.run();
            nanos[i] = System.nanoTime() - before;
        }
        Arrays.sort(nanos);
        return new Sample(nanos);
    }

    Duration median() {
        return percentile(0.5);
    }

    Duration percentile(double share) {
        return Duration.ofNanos(nanos[(int) Math.min(nanos.length - 1L, Math.round(share * (nanos.length - 1)))]);
    }

    Duration best() {
        return Duration.ofNanos(nanos[0]);
    }

    /** Milliseconds with as many digits as matter. */
    static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.2f ms", duration.toNanos() / 1e6);
    }

    double ratioTo(Sample floor) {
        return (double) median().toNanos() / floor.median().toNanos();
    }

    double perSecond(int tasks) {
        return tasks / (median().toNanos() / 1e9);
    }
}
