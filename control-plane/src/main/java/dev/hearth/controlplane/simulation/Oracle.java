package dev.hearth.controlplane.simulation;

import dev.hearth.controlplane.policy.PoolLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What it would cost somebody who knows the future. Work is served at once by as many replicas as it needs, up to the maximum,
 * first in, first out. Each replica comes up just in time, and between two uses it is kept or started anew, whichever is
 * cheaper. A policy can only be cheaper by letting work wait that this one serves.
 */
public final class Oracle {
    private Oracle() {}

    /** In replica-seconds, cold starts included. */
    public static double replicaSeconds(PoolLimits limits, Duration coldStart, List<Arrival> arrivals) {
        long[] begins = new long[arrivals.size()];
        long[] ends = new long[arrivals.size()];
        serve(limits.max() * limits.concurrency(), arrivals, begins, ends);
        Arrays.sort(begins);
        Arrays.sort(ends);
        return cost(limits, coldStart.toMillis(), begins, ends) / 1000.0;
    }

    private static void serve(int slots, List<Arrival> arrivals, long[] begins, long[] ends) {
        PriorityQueue<Long> busyUntil = new PriorityQueue<>();
        for (int i = 0; i < arrivals.size(); i++) {
            long at = arrivals.get(i).at().toMillis();
            begins[i] = busyUntil.size() < slots ? at : Math.max(at, busyUntil.remove());
            ends[i] = begins[i] + Math.max(1, arrivals.get(i).service().toMillis());
            busyUntil.add(ends[i]);
        }
    }

    /** Sweeps over begins and ends; replica k is in use while more than k full replicas of work are being served. */
    private static long cost(PoolLimits limits, long coldStart, long[] begins, long[] ends) {
        long[] since = new long[limits.max() + 1];
        long[] idleSince = new long[limits.max() + 1];
        Arrays.fill(idleSince, -1);
        long cost = 0;
        int serving = 0;
        int begun = 0;
        for (int ended = 0; ended < ends.length; ) {
            // An end frees its slot for a begin of the same moment.
            if (begun < begins.length && begins[begun] < ends[ended]) {
                int used = replicas(++serving, limits);
                if (used > replicas(serving - 1, limits)) {
                    since[used] = begins[begun];
                    cost += idleSince[used] < 0 ? coldStart : Math.min(coldStart, begins[begun] - idleSince[used]);
                }
                begun++;
            } else {
                int used = replicas(serving--, limits);
                if (used > replicas(serving, limits)) {
                    cost += ends[ended] - since[used];
                    idleSince[used] = ends[ended];
                }
                ended++;
            }
        }
        return cost;
    }

    private static int replicas(int executions, PoolLimits limits) {
        return Math.min(limits.max(), Math.ceilDiv(executions, limits.concurrency()));
    }
}
