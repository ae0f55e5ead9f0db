package dev.hearth.controlplane.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.policy.Decision.Hold;
import dev.hearth.controlplane.policy.Decision.StopAll;
import dev.hearth.controlplane.policy.Decision.StopOne;
import dev.hearth.controlplane.policy.PoolSimulation.Arrival;
import dev.hearth.controlplane.policy.PoolSimulation.Moment;
import dev.hearth.controlplane.policy.PoolSimulation.World;
import dev.hearth.model.PoolState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every policy, every load, every cold start and every death, over simulated half hours. */
class ScalingLawsTest {
    private static final int BUSY_SECONDS = 900;
    private static final int SECONDS = 1800;

    /** One slot could serve all of a load in this time, one action after the other, deaths and cold starts included. */
    private static final int LONG_ENOUGH = 30_000;

    @Property(tries = 200)
    void aPoolStaysWithinItsMaximumDrainingReplicasIncluded(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        assertThat(history(limits, world, load))
                .allSatisfy(
                        moment -> assertThat(moment.pool().replicas().size()).isLessThanOrEqualTo(limits.max()));
    }

    @Property(tries = 200)
    void aWarmPoolNeverWantsLessThanItsMinimum(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        assertThat(history(limits, world, load))
                .filteredOn(moment -> moment.decision().stateAfter(moment.pool()) != PoolState.COLD)
                .allSatisfy(moment -> assertThat(moment.decision().to()).isGreaterThanOrEqualTo(limits.min()));
    }

    @Property(tries = 200)
    void aBusyReplicaIsNeverStopped(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        assertThat(history(limits, world, load))
                .allSatisfy(moment -> assertThat(stopped(moment.decision())).noneMatch(ReplicaSnapshot::busy));
    }

    @Property(tries = 200)
    void atMostOneReplicaGoesInAScaledownTtl(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        List<Instant> stops = history(limits, world, load).stream()
                .filter(moment -> moment.decision() instanceof StopOne)
                .map(Moment::now)
                .toList();
        for (int i = 1; i < stops.size(); i++) {
            assertThat(Duration.between(stops.get(i - 1), stops.get(i))).isGreaterThanOrEqualTo(limits.scaledownTtl());
        }
    }

    @Property(tries = 200)
    void everyActionIsServedInTheEnd(
            @ForAll("limits") PoolLimits limits, @ForAll("worlds") World world, @ForAll("loads") List<Arrival> load) {
        PoolSimulation simulation = new PoolSimulation(limits, world).run(LONG_ENOUGH, load);

        assertThat(simulation.finished()).isEqualTo(load.size());
    }

    @Property(tries = 200)
    void aPoolIsColdAnIdleTtlAfterItsLastWorkAndNotBefore(
            @ForAll("limits") PoolLimits limits,
            @ForAll("loads") List<Arrival> load,
            @ForAll("coldStarts") Duration start) {
        List<Moment> history = new PoolSimulation(limits, new World(start, 0, 1))
                .run(LONG_ENOUGH, load)
                .history();
        Instant lastWork = history.stream()
                .filter(moment -> moment.pool().hasLiveActions())
                .map(Moment::now)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Moment wentCold = history.stream()
                .filter(moment -> moment.now().isAfter(lastWork))
                .filter(moment -> moment.decision().stateAfter(moment.pool()) == PoolState.COLD)
                .findFirst()
                .orElseThrow();

        // Seen idle a tick after it was last seen busy; a pool that may shrink to nothing can be cold sooner.
        Duration silence = Duration.between(lastWork, wentCold.now());
        assertThat(silence).isLessThanOrEqualTo(idleTtl(limits).plusSeconds(1));
        if (limits.min() > 0) {
            assertThat(silence).isGreaterThanOrEqualTo(idleTtl(limits));
        }
        assertThat(history.getLast().pool().replicas()).isEmpty();
    }

    @Property(tries = 200)
    void underASteadyLoadThePoolComesToRest(@ForAll("limits") PoolLimits limits, @ForAll("coldStarts") Duration start) {
        int capacity = limits.max() * limits.concurrency();
        List<Arrival> steady = IntStream.range(0, Math.max(1, capacity / 2))
                .mapToObj(n -> new Arrival(0, SECONDS))
                .toList();

        List<Moment> history = new PoolSimulation(limits, new World(start, 0, 1))
                .run(SECONDS, steady)
                .history();

        assertThat(history.stream().skip(2).map(Moment::decision)).allMatch(Hold.class::isInstance);
    }

    @Property(tries = 200)
    void deathsAreMadeGood(@ForAll("limits") PoolLimits limits, @ForAll("loads") List<Arrival> load) {
        PoolSimulation simulation = new PoolSimulation(limits, new World(Duration.ofSeconds(3), 30, 7));

        assertThat(simulation.run(LONG_ENOUGH, load).finished()).isEqualTo(load.size());
    }

    @Provide
    Arbitrary<PoolLimits> limits() {
        Arbitrary<Integer> min = Arbitraries.integers().between(0, 4);
        Arbitrary<Integer> more = Arbitraries.integers().between(0, 6);
        Arbitrary<Integer> slots = Arbitraries.integers().between(1, 5);
        Arbitrary<Duration> ttl = Arbitraries.integers().between(1, 120).map(Duration::ofSeconds);
        return Combinators.combine(min, more, slots, ttl, ttl)
                .as((least, above, concurrency, scaledown, idle) ->
                        new PoolLimits(least, Math.max(1, least + above), concurrency, scaledown, idle, false));
    }

    @Provide
    Arbitrary<World> worlds() {
        return Combinators.combine(
                        coldStarts(),
                        Arbitraries.of(0.0, 1.0, 20.0),
                        Arbitraries.longs().between(1, 1_000_000))
                .as(World::new);
    }

    @Provide
    Arbitrary<Duration> coldStarts() {
        return Arbitraries.integers().between(0, 30).map(Duration::ofSeconds);
    }

    @Provide
    Arbitrary<List<Arrival>> loads() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, BUSY_SECONDS),
                        Arbitraries.integers().between(1, 90))
                .as(Arrival::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(120);
    }

    private static List<Moment> history(PoolLimits limits, World world, List<Arrival> load) {
        return new PoolSimulation(limits, world).run(SECONDS, load).history();
    }

    private static List<ReplicaSnapshot> stopped(Decision decision) {
        return switch (decision) {
            case StopOne stop -> List.of(stop.replica());
            case StopAll stop -> stop.replicas();
            case Decision.Drain drain -> List.of(drain.replica());
            case Hold hold -> List.of();
            case Decision.Start start -> List.of();
            case Decision.GiveUp giveUp -> List.of();
        };
    }

    private static Duration idleTtl(PoolLimits limits) {
        Duration idleTtl = limits.idleTtl();
        return idleTtl == null ? Duration.ofDays(365) : idleTtl;
    }
}
