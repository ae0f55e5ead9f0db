package dev.hearth.controlplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.Recycling;
import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.model.PoolState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every law holds for every policy, every load, every cold start and every death. */
class LawsTest {
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    @Property(tries = 5_000)
    void noLawIsBrokenAndAllWorkIsDone(
            @ForAll("limits") PoolLimits limits,
            @ForAll("worlds") World world,
            @ForAll("loads") List<Arrival> load,
            @ForAll boolean patient) {
        Outcome outcome = new Simulation(limits, world, load)
                .under(new ScalingPolicy(5, patient)::decide)
                .lawful()
                .run(HALF_AN_HOUR);

        assertThat(outcome.violations()).isEmpty();
        assertThat(outcome.finished()).isEqualTo(load.size());
    }

    @Property(tries = 300)
    void skippingLooksChangesNothing(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        Outcome skipping = new Simulation(limits, world, load).remembering().run(HALF_AN_HOUR);
        Outcome complete =
                new Simulation(limits, world, load).everyTick().remembering().run(HALF_AN_HOUR);

        assertThat(decisions(skipping)).isEqualTo(decisions(complete));
        assertThat(skipping.replicaSeconds()).isEqualTo(complete.replicaSeconds());
        assertThat(skipping.looks()).isLessThanOrEqualTo(complete.looks());
    }

    @Property(tries = 200)
    void theSameSeedIsTheSameStory(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        Outcome once = new Simulation(limits, world, load).remembering().run(HALF_AN_HOUR);
        Outcome again = new Simulation(limits, world, load).remembering().run(HALF_AN_HOUR);

        assertThat(again.history().toString()).isEqualTo(once.history().toString());
    }

    @Property(tries = 200)
    void underASteadyLoadThePoolComesToRest(@ForAll("calm") PoolLimits limits, @ForAll("coldStarts") Spread start) {
        int capacity = limits.max() * limits.concurrency();
        List<Arrival> steady = IntStream.range(0, Math.max(1, capacity / 2))
                .mapToObj(n -> new Arrival(Duration.ZERO, Duration.ofHours(1)))
                .toList();

        List<Moment> history = new Simulation(limits, new World(start, 0, 1), steady)
                .remembering()
                .run(HALF_AN_HOUR)
                .history();

        assertThat(history.stream()
                        .filter(moment -> moment.now().isBefore(Simulation.time(3_600_000)))
                        .filter(moment -> !(moment.decision() instanceof Decision.Hold)))
                .as("it starts what it needs, all at once, and then holds as long as the load lasts")
                .hasSize(1);
    }

    @Property(tries = 200)
    void aPoolIsColdWithoutReplicasInTheEnd(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        List<Moment> history = new Simulation(limits, world, load)
                .remembering()
                .run(Duration.ofHours(12))
                .history();

        Moment last = history.stream().max(Comparator.comparing(Moment::now)).orElseThrow();
        assertThat(last.decision().stateAfter(last.pool())).isEqualTo(PoolState.COLD);
        assertThat(last.pool().replicas()).isEmpty();
    }

    private static List<String> decisions(Outcome outcome) {
        return outcome.history().stream()
                .filter(moment -> !(moment.decision() instanceof Decision.Hold))
                .map(moment -> moment.now() + " " + moment.decision())
                .toList();
    }

    @Provide
    Arbitrary<PoolLimits> limits() {
        return Combinators.combine(calm(), Arbitraries.of(0L, 0L, 3L, 40L), Arbitraries.of(0, 0, 120, 600))
                .as((calm, executions, age) -> new PoolLimits(
                        calm.min(),
                        calm.max(),
                        calm.concurrency(),
                        calm.scaledownTtl(),
                        calm.idleTtl(),
                        false,
                        new Recycling(
                                executions == 0 ? null : executions,
                                age == 0 ? null : Duration.ofSeconds(age),
                                null,
                                null)));
    }

    @Provide
    Arbitrary<PoolLimits> calm() {
        Arbitrary<Integer> min = Arbitraries.integers().between(0, 4);
        Arbitrary<Integer> more = Arbitraries.integers().between(0, 6);
        Arbitrary<Integer> slots = Arbitraries.integers().between(1, 5);
        Arbitrary<Duration> ttl = Arbitraries.integers().between(1_000, 120_000).map(Duration::ofMillis);
        return Combinators.combine(min, more, slots, ttl, ttl)
                .as((least, above, concurrency, scaledown, idle) ->
                        new PoolLimits(least, Math.max(1, least + above), concurrency, scaledown, idle, false));
    }

    @Provide
    Arbitrary<World> worlds() {
        return Combinators.combine(
                        coldStarts(),
                        Arbitraries.of(0.0, 1.0, 20.0),
                        Arbitraries.of(0.0, 0.0, 30.0),
                        Arbitraries.of(0.0, 0.0, 0.5),
                        Arbitraries.of(Duration.ofSeconds(2), Duration.ofMinutes(3)),
                        Arbitraries.longs().between(1, 1_000_000))
                .as(World::new);
    }

    @Provide
    Arbitrary<Spread> coldStarts() {
        Arbitrary<Duration> times = Arbitraries.integers().between(1, 30_000).map(Duration::ofMillis);
        return times.flatMap(time -> Arbitraries.of(
                new Spread.Constant(time),
                new Spread.Uniform(Duration.ofMillis(1), time),
                new Spread.Exponential(time),
                new Spread.LogNormal(time, 0.7)));
    }

    @Provide
    Arbitrary<List<Arrival>> loads() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 900_000),
                        Arbitraries.integers().between(1, 90_000))
                .as((at, service) -> new Arrival(Duration.ofMillis(at), Duration.ofMillis(service)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(120)
                .map(load ->
                        load.stream().sorted(Comparator.comparing(Arrival::at)).toList());
    }
}
