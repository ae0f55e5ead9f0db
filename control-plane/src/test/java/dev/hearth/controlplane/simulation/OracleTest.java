package dev.hearth.controlplane.simulation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.policy.PoolLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the oracle pays, worked out by hand. */
class OracleTest {
    private static final Duration COLD_START = ofSeconds(3);

    @Test
    void paysOneColdStartAndTheWork() {
        assertThat(cost(4, 1, at(0, 10))).isEqualTo(3 + 10);
    }

    @Test
    void usesAsManyReplicasAsServeAllAtOnce() {
        assertThat(cost(4, 1, at(0, 10), at(0, 10))).isEqualTo(2 * (3 + 10));
        assertThat(cost(4, 2, at(0, 10), at(0, 10))).isEqualTo(3 + 10);
    }

    @Test
    void letsWorkWaitBeyondTheMaximum() {
        assertThat(cost(1, 1, at(0, 10), at(0, 10))).isEqualTo(3 + 20);
    }

    @Test
    void keepsAReplicaThroughAShortGapAndStartsAnewAfterALongOne() {
        assertThat(cost(1, 1, at(0, 10), at(12, 10))).isEqualTo(3 + 10 + 2 + 10);
        assertThat(cost(1, 1, at(0, 10), at(1_000, 10))).isEqualTo(2 * (3 + 10));
    }

    private static double cost(int max, int concurrency, Arrival... arrivals) {
        PoolLimits limits = new PoolLimits(0, max, concurrency, ofSeconds(30), ofSeconds(30), false);
        return Oracle.replicaSeconds(limits, COLD_START, List.of(arrivals));
    }

    private static Arrival at(int seconds, int service) {
        return new Arrival(ofSeconds(seconds), ofSeconds(service));
    }
}
