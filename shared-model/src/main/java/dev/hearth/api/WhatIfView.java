package dev.hearth.api;

import dev.hearth.model.ReusePolicy;
import java.time.Instant;
import java.util.List;

/**
 * What the executions recorded in a window would have cost and waited under other policies.
 *
 * @param arrivals attempts that held a slot, of actions that were submitted in the window
 * @param coldStartMs from the request of a replica until it is ready, as measured lately; what each prediction reckons with
 * @param actual what really happened in the window
 * @param items the deployed policy first, then those that were asked about
 */
public record WhatIfView(
        Instant since, Instant until, int arrivals, long coldStartMs, Actual actual, List<Prediction> items) {

    /**
     * What was measured.
     *
     * @param replicaSeconds time of all replicas in the window together, from request to end
     */
    public record Actual(double replicaSeconds, long meanWaitMs, long p50WaitMs, long p99WaitMs) {}

    /**
     * What the simulator says of one policy, from the first arrival until the pool is cold or the window is over.
     *
     * @param deployed whether it is the policy that is deployed
     * @param replicaSeconds cost: time of all replicas together, from request to end
     * @param oracleReplicaSeconds the least that could serve the same without a wait, for somebody who knows the future
     */
    public record Prediction(
            boolean deployed,
            ReusePolicy policy,
            long starts,
            long stops,
            double meanReplicas,
            double replicaSeconds,
            double oracleReplicaSeconds,
            long meanWaitMs,
            long p50WaitMs,
            long p99WaitMs) {}
}
