package dev.hearth.controlplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.Reason;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.Rule;
import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.controlplane.simulation.Simulation.Policy;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bad policies are caught: each breaks the law that stands against it, and does so again with the same seed. */
class LawBookTest {
    private static final PoolLimits LIMITS =
            new PoolLimits(1, 3, 1, Duration.ofSeconds(30), Duration.ofSeconds(60), false);
    private static final Policy GOOD = new ScalingPolicy(5, false)::decide;
    private static final List<Arrival> LOAD = IntStream.range(0, 40)
            .mapToObj(n -> new Arrival(Duration.ofSeconds(7L * (n / 4)), Duration.ofSeconds(5)))
            .toList();

    @Test
    void aGoodPolicyBreaksNone() {
        assertThat(broken(GOOD)).isEmpty();
    }

    @Test
    void oneThatStopsTheBusy() {
        assertThat(broken((pool, now) -> pool.serving().stream()
                        .filter(ReplicaSnapshot::busy)
                        .findFirst()
                        .<Decision>map(busy -> stop(pool, busy, Rule.SCALEDOWN_TTL))
                        .orElseGet(() -> GOOD.decide(pool, now))))
                .contains(Law.NOTHING_RUNNING_IS_STOPPED, Law.ONE_SCALE_DOWN_PER_TTL, Law.ONLY_THE_RESTED_GO);
    }

    @Test
    void oneThatLetsGoWhatHasNotRested() {
        assertThat(broken((pool, now) -> pool.serving().stream()
                        .filter(replica -> !replica.busy() && pool.serving().size() > 1)
                        .max(Comparator.comparingInt(ReplicaSnapshot::ordinal))
                        .<Decision>map(idle -> stop(pool, idle, Rule.SCALEDOWN_TTL))
                        .orElseGet(() -> GOOD.decide(pool, now))))
                .contains(Law.ONLY_THE_RESTED_GO);
    }

    @Test
    void oneThatStartsTooMany() {
        assertThat(broken((pool, now) -> pool.replicas().size() < 5
                        ? new Decision.Start(
                                pool.serving().size(),
                                pool.serving().size() + 1,
                                List.of(pool.replicas().size() + 1),
                                Reason.because(Rule.DEMAND, "more"))
                        : GOOD.decide(pool, now)))
                .contains(Law.NEVER_ABOVE_MAXIMUM);
    }

    @Test
    void oneThatStartsNone() {
        assertThat(broken((pool, now) -> {
                    Decision good = GOOD.decide(pool, now);
                    boolean more =
                            good instanceof Decision.Start && !pool.replicas().isEmpty();
                    return more
                            ? new Decision.Hold(good.from(), good.from(), Reason.because(Rule.DEMAND, "enough"))
                            : good;
                }))
                .contains(Law.DEMAND_IS_MET_AT_ONCE);
    }

    @Test
    void oneThatWaitsForWhatDrains() {
        World drains = new World(new Spread.LogNormal(Duration.ofSeconds(3), 0.4), 0, 60, 0, Duration.ZERO, 1);
        Policy waits = (pool, now) -> {
            Decision good = GOOD.decide(pool, now);
            boolean draining = pool.replicas().size() > pool.serving().size();
            return good instanceof Decision.Start && draining
                    ? new Decision.Hold(good.from(), good.to(), Reason.because(Rule.DEMAND, "later"))
                    : good;
        };
        assertThat(new Simulation(LIMITS, drains, LOAD)
                        .under(waits)
                        .lawful()
                        .run(Duration.ofMinutes(10))
                        .violations())
                .extracting(Violation::law)
                .contains(Law.DRAINING_KEEPS_NO_PLACE);
        assertThat(new Simulation(LIMITS, drains, LOAD)
                        .under(GOOD)
                        .lawful()
                        .run(Duration.ofMinutes(10))
                        .violations())
                .isEmpty();
    }

    @Test
    void oneThatStartsForRetriesThatAreNotDue() {
        World retries = new World(new Spread.Constant(Duration.ofSeconds(3)), 0, 0, 0.5, Duration.ofMinutes(5), 1);
        Policy eager = (pool, now) -> pool.serving().isEmpty()
                ? new Decision.Start(0, 1, List.of(1), Reason.because(Rule.DEMAND, "something waits"))
                : GOOD.decide(pool, now);
        assertThat(new Simulation(LIMITS, retries, LOAD)
                        .under(eager)
                        .lawful()
                        .run(Duration.ofMinutes(10))
                        .violations())
                .extracting(Violation::law)
                .contains(Law.NOTHING_STARTS_FOR_WHAT_IS_NOT_DUE);
        assertThat(new Simulation(LIMITS, retries, LOAD)
                        .under(GOOD)
                        .lawful()
                        .run(Duration.ofMinutes(10))
                        .violations())
                .isEmpty();
    }

    @Test
    void oneThatStaysWarmForEver() {
        assertThat(broken((pool, now) -> {
                    Decision good = GOOD.decide(pool, now);
                    return good instanceof Decision.StopAll
                            ? new Decision.Hold(good.from(), good.from(), Reason.because(Rule.MINIMUM, "stay"))
                            : good;
                }))
                .contains(Law.COLD_AT_IDLE_TTL);
    }

    @Test
    void oneThatGoesColdTooSoonOrBelowItsMinimum() {
        assertThat(broken((pool, now) -> !pool.hasLiveActions()
                                && !pool.serving().isEmpty()
                        ? new Decision.StopAll(
                                pool.serving().size(), 0, pool.serving(), Reason.because(Rule.IDLE_TTL, "at once"))
                        : GOOD.decide(pool, now)))
                .contains(Law.COLD_AT_IDLE_TTL);
        assertThat(broken((pool, now) -> {
                    Decision good = GOOD.decide(pool, now);
                    return good instanceof Decision.Hold && pool.hasLiveActions()
                            ? new Decision.Hold(good.from(), 0, Reason.because(Rule.DEMAND, "none"))
                            : good;
                }))
                .contains(Law.NEVER_BELOW_MINIMUM);
    }

    @Test
    void aViolationComesBackWithItsSeed() {
        Policy bad = (pool, now) -> pool.serving().stream()
                .filter(ReplicaSnapshot::busy)
                .findFirst()
                .<Decision>map(busy -> stop(pool, busy, Rule.SCALEDOWN_TTL))
                .orElseGet(() -> GOOD.decide(pool, now));

        List<Violation> once = play(bad, 7).violations();

        assertThat(once)
                .isNotEmpty()
                .allSatisfy(violation -> assertThat(violation.seed()).isEqualTo(7));
        assertThat(play(bad, 7).violations()).hasToString(once.toString());
    }

    private static Decision stop(PoolSnapshot pool, ReplicaSnapshot replica, Rule rule) {
        int serving = pool.serving().size();
        return new Decision.StopOne(serving, serving - 1, replica, Reason.because(rule, "go"));
    }

    private static List<Law> broken(Policy policy) {
        return play(policy, 1).violations().stream()
                .map(Violation::law)
                .distinct()
                .toList();
    }

    private static Outcome play(Policy policy, long seed) {
        World world = new World(new Spread.LogNormal(Duration.ofSeconds(3), 0.4), 5, seed);
        return new Simulation(LIMITS, world, LOAD).under(policy).lawful().run(Duration.ofMinutes(10));
    }
}
