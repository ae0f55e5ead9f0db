package dev.hearth.controlplane.simulation;

import java.time.Duration;
import java.util.Arrays;

/** How long executions waited for their first slot, in whole milliseconds. */
public final class Waits {
    private int[] millis = new int[256];
    private int count;
    private boolean sorted = true;

    void add(long wait) {
        if (count == millis.length) {
            millis = Arrays.copyOf(millis, 2 * count);
        }
        millis[count++] = (int) Math.min(Integer.MAX_VALUE, wait);
        sorted = false;
    }

    void addAll(Waits others) {
        for (int i = 0; i < others.count; i++) {
            add(others.millis[i]);
        }
    }

    public int count() {
        return count;
    }

    /** Zero if nothing was served. */
    public Duration mean() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += millis[i];
        }
        return Duration.ofMillis(count == 0 ? 0 : sum / count);
    }

    /** The wait that so many percent did not exceed; zero if nothing was served. */
    public Duration percentile(int percent) {
        if (!sorted) {
            Arrays.sort(millis, 0, count);
            sorted = true;
        }
        return Duration.ofMillis(count == 0 ? 0 : millis[Math.min(count - 1, (int) ((long) count * percent / 100))]);
    }
}
