package dev.hearth.controlplane.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.Recycling;
import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.controlplane.simulation.Spread.Constant;
import dev.hearth.controlplane.simulation.Spread.Exponential;
import dev.hearth.controlplane.simulation.Spread.LogNormal;
import dev.hearth.controlplane.simulation.Spread.Uniform;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool with its policy, the way in which work arrives, and what happens to its replicas. */
public record Scenario(String name, PoolLimits limits, Workload workload, World world) {

    /** Cold starts of a JVM worker: about three seconds, now and then ten. */
    private static final Spread JVM = new LogNormal(ofSeconds(3), 0.4);

    /** Those of the report. */
    public static final List<Scenario> ALL = List.of(
            of("steady, (1,4)", pool(1, 4, 1, 60, 300), new Workload.Steady(0.15, new Exponential(ofSeconds(4)))),
            of(
                    "steady, fixed 2 x 10",
                    pool(2, 2, 10, 60, 300),
                    new Workload.Steady(0.2, new Exponential(ofSeconds(8)))),
            of(
                    "short bursts, (1,10)",
                    pool(1, 10, 1, 60, 600),
                    new Workload.Bursts(ofMinutes(10), 20, 60, new Uniform(ofMillis(20), ofMillis(80)))),
            of(
                    "long bursts, (1,10)",
                    pool(1, 10, 1, 60, 600),
                    new Workload.Bursts(ofMinutes(20), 10, 40, new Uniform(ofSeconds(5), ofSeconds(30)))),
            of(
                    "mixed bursts, (0,6) x 4",
                    pool(0, 6, 4, 30, 120),
                    new Workload.Bursts(ofMinutes(5), 1, 60, new LogNormal(ofSeconds(1), 1.2))),
            of("diurnal, (1,8)", pool(1, 8, 1, 120, 900), new Workload.Diurnal(0.4, new Exponential(ofSeconds(6)))),
            of(
                    "on-off, (2,6)",
                    pool(2, 6, 1, 60, 600),
                    new Workload.OnOff(ofMinutes(10), ofMinutes(20), 0.5, new Exponential(ofSeconds(6)))),
            of(
                    "near idle_ttl, (1,4)",
                    pool(1, 4, 1, 30, 60),
                    new Workload.NearTtl(ofSeconds(60), ofSeconds(2), 4, ofSeconds(2))),
            of(
                    "near scaledown_ttl, (1,4)",
                    pool(1, 4, 1, 30, 300),
                    new Workload.NearTtl(ofSeconds(30), ofSeconds(2), 6, ofSeconds(2))),
            new Scenario(
                    "steady with deaths, (1,4)",
                    pool(1, 4, 2, 60, 300),
                    new Workload.Steady(0.2, new Exponential(ofSeconds(8))),
                    new World(JVM, 2, 0)),
            new Scenario(
                    "steady with drains, (1,2)",
                    pool(1, 2, 4, 60, 300),
                    new Workload.Steady(0.1, new Exponential(ofSeconds(40))),
                    new World(JVM, 0, 4, 0, Duration.ZERO, 0)),
            new Scenario(
                    "retries in 5 min, (0,2)",
                    pool(0, 2, 2, 30, 60),
                    new Workload.Bursts(ofMinutes(15), 1, 8, new Exponential(ofSeconds(5))),
                    new World(JVM, 0, 0, 0.5, ofMinutes(5), 0)),
            of(
                    "steady, recycled, (1,3)",
                    new PoolLimits(
                            1,
                            3,
                            2,
                            ofSeconds(60),
                            ofSeconds(300),
                            false,
                            new Recycling(200L, ofMinutes(30), null, null)),
                    new Workload.Steady(0.2, new Exponential(ofSeconds(5)))),
            of("always on, (2,5)", pool(2, 5, 1, 60, null), new Workload.Steady(0.2, new Exponential(ofSeconds(6)))));

    private static Scenario of(String name, PoolLimits limits, Workload workload) {
        return new Scenario(name, limits, workload, new World(JVM, 0, 0));
    }

    private static PoolLimits pool(int min, int max, int concurrency, int scaledown, @Nullable Integer idle) {
        return new PoolLimits(
                min, max, concurrency, ofSeconds(scaledown), idle == null ? null : ofSeconds(idle), false);
    }

    /** Plays it, every law checked. */
    public Outcome play(Duration horizon, long seed, boolean patient) {
        return new Simulation(limits, world.seeded(seed), workload.arrivals(horizon, seed))
                .under(new ScalingPolicy(5, patient)::decide)
                .lawful()
                .run(horizon);
    }

    /** What somebody who knows the future would pay for the same arrivals, in replica-seconds. */
    public double oracle(Duration horizon, long seed) {
        Duration median = world.coldStart() instanceof Constant constant ? constant.value() : ofSeconds(3);
        return Oracle.replicaSeconds(limits, median, workload.arrivals(horizon, seed));
    }
}
