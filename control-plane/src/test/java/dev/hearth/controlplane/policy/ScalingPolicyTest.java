package dev.hearth.controlplane.policy;

import static dev.hearth.controlplane.policy.APool.at;
import static dev.hearth.controlplane.policy.APool.between;
import static dev.hearth.controlplane.policy.APool.fixed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.policy.Decision.GiveUp;
import dev.hearth.controlplane.policy.Decision.Hold;
import dev.hearth.controlplane.policy.Decision.Start;
import dev.hearth.controlplane.policy.Decision.StopAll;
import dev.hearth.controlplane.policy.Decision.StopOne;
import dev.hearth.model.PoolState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ScalingPolicyTest {

    @Nested
    class FixedPool {
        @Test
        void staysColdWithoutDemand() {
            assertHolds(fixed(2).decidedAt(0), 0);
        }

        @Test
        void startsWholeWithTheFirstAction() {
            assertThat(fixed(3).queued(1).decidedAt(0))
                    .isEqualTo(new Start(
                            0,
                            3,
                            List.of(1, 2, 3),
                            Reason.because(
                                    Rule.MINIMUM,
                                    "1 queued and 0 running: a fixed pool has 3 replicas while in use; 0 are there")));
        }

        @Test
        void countsReplicasThatBoot() {
            assertHolds(fixed(2).queued(1).booting(1).booting(2).decidedAt(0), 2);
        }

        @Test
        void keepsIdleReplicasWhileOneWorks() {
            assertHolds(fixed(2).running(1, 1).idle(2, 0).decidedAt(10_000), 2);
        }

        @Test
        void neverGrowsPastItsSize() {
            assertHolds(fixed(2).queued(3).running(1, 1).running(2, 1).decidedAt(0), 2);
        }

        @Test
        void stopsAllTogetherAtIdleTtlAndNotBefore() {
            APool pool = fixed(2).idle(1, 0).idle(2, 10).activeAt(5);

            assertHolds(pool.decidedAt(69), 2);
            assertThat(pool.decidedAt(70)).isInstanceOfSatisfying(StopAll.class, stop -> {
                assertThat(stop.replicas()).hasSize(2);
                assertThat(stop.reason()).isEqualTo("nothing was running or queued for 60 s: the whole pool stops");
            });
        }

        @Test
        void replacesALostReplicaWhileWarm() {
            assertThat(fixed(2).idle(2, 0).decidedAt(10))
                    .isInstanceOfSatisfying(
                            Start.class, start -> assertThat(start.ordinals()).containsExactly(1));
        }

        @Test
        void replacesAllReplicasIfAllAreLostWhileWarm() {
            assertThat(fixed(2).warm().activeAt(0).decidedAt(10)).matches(decision -> decision.to() == 2);
        }

        @Test
        void doesNotReplaceAnythingOnceItIsIdleForLongEnough() {
            Decision decision = fixed(2).warm().activeAt(0).decidedAt(60);

            assertHolds(decision, 0);
            assertThat(decision.stateAfter(fixed(2).warm().snapshot())).isEqualTo(PoolState.COLD);
        }
    }

    @Nested
    class PoolBetweenBounds {
        @Test
        void startsWithItsMinimum() {
            assertStarts(between(2, 5).queued(1).decidedAt(0), 2);
        }

        @Test
        void startsAtOnceWhatTheBacklogNeeds() {
            Decision decision =
                    between(1, 10).concurrency(10).queued(41).running(1, 9).decidedAt(0);

            assertThat(decision)
                    .isEqualTo(
                            new Start(
                                    1,
                                    5,
                                    List.of(2, 3, 4, 5),
                                    Reason.because(
                                            Rule.DEMAND,
                                            "41 queued and 9 running need 5 replicas of 10 slots; 1 is there, the limit is 10")));
        }

        @Test
        void stopsGrowingAtItsMaximum() {
            Decision decision = between(1, 4).queued(5).running(1, 1).decidedAt(0);

            assertStarts(decision, 4);
            assertThat(decision.reason()).startsWith("more than 4 queued and 1 running need 6 replicas of 1 slot");
        }

        @Test
        void doesNotGrowWhileTheDemandFits() {
            assertHolds(between(1, 4).concurrency(10).queued(4).running(1, 6).decidedAt(0), 1);
        }

        @Test
        void letsTheHighestIdleReplicaGoAfterScaledownTtl() {
            APool pool = between(1, 4).running(1, 1).idle(2, 0).idle(3, 20).running(4, 1);

            assertHolds(pool.decidedAt(60), 4);
            assertHolds(pool.decidedAt(79), 4);
            assertStopsOne(pool.decidedAt(80), 3);
        }

        @Test
        void letsTheNextGoNoSoonerThanAnotherScaledownTtl() {
            APool pool = between(1, 4).running(1, 1).idle(2, 0).idle(3, 0).scaledDownAt(60);

            assertHolds(pool.decidedAt(119), 3);
            assertStopsOne(pool.decidedAt(120), 3);
        }

        @Test
        void neverGoesBelowItsMinimumThatWay() {
            assertHolds(between(2, 4).running(1, 1).idle(2, 0).decidedAt(10_000), 2);
        }

        @Test
        void keepsAnIdleReplicaThatTheBacklogNeeds() {
            assertHolds(between(1, 2).queued(1).running(1, 1).idle(2, 0).decidedAt(10_000), 2);
        }

        @Test
        void letsAReplicaThatBootsGoRatherThanABusyOne() {
            assertStopsOne(between(1, 3).running(1, 1).running(2, 1).booting(3).decidedAt(60), 3);
        }

        @Test
        void goesDownToNothingWhenItsMinimumIsZero() {
            assertStopsOne(between(0, 2).idleTtl(600).idle(1, 0).decidedAt(60), 1);
        }

        @Test
        void stopsTheMinimumTooAtIdleTtl() {
            assertThat(between(2, 4).idle(1, 0).idle(2, 0).activeAt(0).decidedAt(60))
                    .isInstanceOf(StopAll.class);
        }

        @Test
        void shedsAtOnceWhatALoweredMaximumForbidsIdleOnesFirstAndBusyOnesByDrainingThem() {
            assertStopsOne(
                    fixed(2).running(1, 1)
                            .running(2, 1)
                            .idle(3, 0)
                            .running(4, 1)
                            .decidedAt(1),
                    3);
            assertDrains(fixed(2).running(1, 1).running(2, 1).running(3, 1).decidedAt(1), 3, Rule.OVER_MAXIMUM);
        }
    }

    @Nested
    class ParkedParents {
        @Test
        void areNoLoad() {
            assertHolds(between(1, 4).parked(1, 3).decidedAt(0), 1);
        }

        @Test
        void areNoIdleness() {
            assertHolds(fixed(1).parked(1, 1).activeAt(0).decidedAt(10_000), 1);
        }

        @Test
        void keepTheirReplica() {
            assertHolds(between(0, 2).parked(1, 1).decidedAt(10_000), 1);
        }
    }

    @Nested
    class AlwaysOnPool {
        @Test
        void comesUpWithoutDemand() {
            Decision decision = fixed(2).alwaysOn().decidedAt(0);

            assertStarts(decision, 2);
            assertThat(decision.reason()).isEqualTo("always on: a fixed pool has 2 replicas; 0 are there");
        }

        @Test
        void neverGoesCold() {
            assertHolds(fixed(2).alwaysOn().idle(1, 0).idle(2, 0).activeAt(0).decidedAt(100_000), 2);
        }

        @Test
        void stillScalesDownToItsMinimum() {
            assertStopsOne(between(1, 2).alwaysOn().idle(1, 0).idle(2, 0).decidedAt(60), 2);
        }

        @Test
        void goesWhenItsVersionIsReplaced() {
            assertThat(fixed(1).alwaysOn().draining().idle(1, 0).decidedAt(1)).isInstanceOf(StopAll.class);
            assertHolds(fixed(1).alwaysOn().draining().decidedAt(1), 0);
        }
    }

    @Nested
    class PoolThatEnds {
        @Test
        void startsNoMoreThanItsBacklogNeeds() {
            assertStarts(fixed(4).draining().queued(2).decidedAt(0), 2);
        }

        @Test
        void stopsAsSoonAsItHasNoLiveAction() {
            assertThat(between(1, 4).draining().idle(1, 0).booting(2).decidedAt(1))
                    .isInstanceOfSatisfying(
                            StopAll.class, stop -> assertThat(stop.replicas()).hasSize(2));
        }

        @Test
        void waitsForWhatRunsAndWhatIsParked() {
            assertHolds(fixed(1).draining().running(1, 1).decidedAt(10_000), 1);
            assertHolds(fixed(1).draining().parked(1, 1).decidedAt(10_000), 1);
        }

        @Test
        void stopsWithItsRun() {
            assertThat(fixed(1).runEnded().idle(1, 0).decidedAt(1))
                    .isInstanceOfSatisfying(
                            StopAll.class,
                            stop -> assertThat(stop.reason()).isEqualTo("the run that owns this pool is over"));
        }
    }

    @Nested
    class SingleUsePool {
        @Test
        void startsOneReplicaForEachAction() {
            assertStarts(between(0, 10).singleUse().queued(3).decidedAt(0), 3);
        }

        @Test
        void doesNotCountUsedReplicasAsRoom() {
            assertStarts(
                    between(0, 10)
                            .singleUse()
                            .queued(1)
                            .running(1, 1)
                            .idle(2, 0)
                            .decidedAt(0),
                    3);
        }

        @Test
        void startsNothingForActionsThatHaveAFreshReplica() {
            assertHolds(
                    between(0, 10)
                            .singleUse()
                            .queued(2)
                            .booting(1)
                            .fresh(2)
                            .running(3, 1)
                            .decidedAt(0),
                    3);
        }

        @Test
        void staysWithinItsMaximum() {
            assertStarts(between(0, 2).singleUse().queued(3).running(1, 1).decidedAt(0), 2);
        }

        @Test
        void givesChildrenRoomWhenWaitingParentsHoldEveryPlace() {
            assertStarts(
                    between(0, 2)
                            .singleUse()
                            .queued(1)
                            .parked(1, 1)
                            .parked(2, 1)
                            .decidedAt(0),
                    3);
        }
    }

    @Nested
    class Limits {
        @Test
        void aDrainingReplicaKeepsNoPlaceThatWorkNeeds() {
            assertThat(fixed(1).concurrency(10).queued(10).leaving(1, 1).decidedAt(0))
                    .isInstanceOfSatisfying(
                            Start.class, start -> assertThat(start.ordinals()).containsExactly(2));
        }

        @Test
        void whatServesStaysWithinTheMaximumAndWithWhatDrainsWithinTwiceThat() {
            assertStarts(fixed(2).queued(9).leaving(1, 1).leaving(2, 1).decidedAt(0), 2);
            assertStarts(
                    fixed(2).queued(9).leaving(1, 1).leaving(2, 1).leaving(3, 1).decidedAt(0), 1);
            Decision full = fixed(2).queued(9)
                    .leaving(1, 1)
                    .leaving(2, 1)
                    .leaving(3, 1)
                    .leaving(4, 0)
                    .decidedAt(0);
            assertHoldsFor(full, 2);
            assertThat(full.reason()).endsWith("4 replicas drain, with those that serve twice the limit");
        }

        @Test
        void childrenOfAParentInADrainingReplicaComeAlsoIfTheServerIsFull() {
            APool waiting = fixed(1).queued(1).leavingWithParents(1, 1);
            assertThat(waiting.serverRoom(1, 1, 1).decidedAt(0))
                    .isInstanceOfSatisfying(
                            Start.class, start -> assertThat(start.why().rule()).isEqualTo(Rule.OVERFLOW));
            assertThat(waiting.serverRoom(1, 2, 1).decidedAt(0)).isInstanceOf(Hold.class);
            assertThat(waiting.serverRoom(1, 1, 0).decidedAt(0)).isInstanceOf(Hold.class);
        }

        @Test
        void ordinalsOfDrainingReplicasAreNotReused() {
            assertThat(between(1, 3).queued(1).leaving(1, 1).running(3, 1).decidedAt(0))
                    .isInstanceOfSatisfying(
                            Start.class, start -> assertThat(start.ordinals()).containsExactly(2));
        }

        @Test
        void theServersLimitIsNamedWhenItBinds() {
            Decision decision = fixed(4).queued(1).serverRoom(10, 7).decidedAt(0);

            assertStarts(decision, 3);
            assertThat(decision.reason()).endsWith("; the server's limit of 10 replicas leaves room for 3");
        }

        @Test
        void aFullServerHolds() {
            Decision decision = fixed(4).queued(1).serverRoom(10, 10).decidedAt(0);

            assertThat(decision).isInstanceOf(Hold.class);
            assertThat(decision.reason()).endsWith("; the server's limit of 10 replicas leaves room for 0");
        }
    }

    @Nested
    class ReplicasThatNeverComeUp {
        @Test
        void areTriedAgainOneAtATimeAfterABackOffThatDoubles() {
            assertHoldsFor(fixed(4).queued(1).failedStarts(1, 0).decidedAt(0), 4);
            assertStarts(fixed(4).queued(1).failedStarts(1, 0).decidedAt(1), 1);
            assertHoldsFor(fixed(4).queued(1).failedStarts(4, 0).decidedAt(7), 4);
            assertStarts(fixed(4).queued(1).failedStarts(4, 0).decidedAt(8), 1);
        }

        @Test
        void areTriedAtLeastOnceAMinute() {
            assertThat(new StartFailures(1_000, at(0), null).retryAt()).isEqualTo(at(60));
        }

        @Test
        void waitForTheReplicaThatIsBeingTried() {
            assertHoldsFor(fixed(4).queued(1).failedStarts(2, 0).booting(1).decidedAt(100), 4);
        }

        @Test
        void failTheWaitingActionsAfterTheLimit() {
            assertThat(fixed(2).queued(3).failedStarts(5, 0).decidedAt(0))
                    .isEqualTo(
                            new GiveUp(
                                    0,
                                    0,
                                    Reason.because(
                                            Rule.GIVE_UP,
                                            "no replica came up in 5 starts in a row (exit 1: no such image): the waiting actions fail")));
        }

        @Test
        void getAnotherTryForLaterActions() {
            assertStarts(fixed(2).queued(3).failedStarts(5, 0).decidedAt(16), 1);
        }

        @Test
        void failNothingWhileAnotherReplicaServes() {
            assertHoldsFor(fixed(2).queued(3).failedStarts(9, 0).running(1, 1).decidedAt(0), 2);
        }
    }

    @Nested
    class Recycled {
        private final Recycling afterTwo = new Recycling(2L, null, null, null);

        @Test
        void replicasAreReplacedOneAtATimeTheReplacementFirst() {
            Decision first = fixed(2).recycling(afterTwo)
                    .queued(1)
                    .served(1, 2)
                    .served(2, 5)
                    .decidedAt(1);
            Decision whileItBoots = fixed(2).recycling(afterTwo)
                    .queued(1)
                    .served(1, 2)
                    .served(2, 5)
                    .booting(3)
                    .decidedAt(2);
            Decision whenItIsReady = fixed(2).recycling(afterTwo)
                    .queued(1)
                    .served(1, 2)
                    .served(2, 5)
                    .fresh(3)
                    .decidedAt(3);

            assertThat(first)
                    .isInstanceOfSatisfying(
                            Start.class, start -> assertThat(start.ordinals()).containsExactly(3));
            assertHolds(whileItBoots, 3);
            assertDrains(whenItIsReady, 1, Rule.RECYCLE);
        }

        @Test
        void replicasGoByAgeAndByMemoryButNotOnesThatHaveServedNothing() {
            assertThat(wears(new Recycling(null, Duration.ofSeconds(10), null, null), 9))
                    .isFalse();
            assertThat(wears(new Recycling(null, Duration.ofSeconds(10), null, null), 10))
                    .isTrue();
            assertThat(wears(new Recycling(null, null, 400L << 20, null), 1)).isTrue();
            assertThat(wears(new Recycling(null, null, 401L << 20, null), 1)).isFalse();
            assertThat(wears(new Recycling(null, null, null, 700L << 20), 1)).isTrue();
            assertHolds(
                    fixed(1).recycling(new Recycling(null, null, null, 1L))
                            .queued(1)
                            .fresh(1)
                            .decidedAt(1),
                    1);
        }

        /** The replica holds 400 MiB of heap and 700 MiB in all. */
        private boolean wears(Recycling marks, long seconds) {
            return fixed(1).recycling(marks).queued(1).large(1, 400, 700).decidedAt(seconds) instanceof Start;
        }
    }

    @Nested
    class Patience {
        private final Duration coldStart = Duration.ofSeconds(3);
        private final Duration service = Duration.ofMillis(100);

        @Test
        void startsNothingForAQueueThatIsGoneBeforeAReplicaIsUp() {
            Decision patient = between(1, 9)
                    .queued(50)
                    .running(1, 1)
                    .running(2, 1)
                    .pace(coldStart, service)
                    .patientlyDecidedAt(1);

            assertHolds(patient, 2);
            assertThat(patient.why().rule()).isEqualTo(Rule.PATIENCE);
        }

        @Test
        void startsWhatTheRestOfALongerQueueNeeds() {
            assertStarts(
                    between(1, 9)
                            .queued(61)
                            .running(1, 1)
                            .running(2, 1)
                            .pace(coldStart, service)
                            .patientlyDecidedAt(1),
                    3);
        }

        @Test
        void neverHoldsUpTheFirstReplicaNorAPoolWhosePaceIsNotKnown() {
            assertStarts(between(0, 9).queued(3).pace(coldStart, service).patientlyDecidedAt(1), 3);
            assertStarts(between(1, 9).queued(3).running(1, 1).patientlyDecidedAt(1), 4);
        }
    }

    @Nested
    class AskedToBeWarm {
        @Test
        void aColdPoolComesUpWithItsMinimumAndAtLeastOne() {
            assertStarts(between(2, 5).warmAsked().activeAt(0).decidedAt(0), 2);
            assertStarts(between(0, 5).warmAsked().activeAt(0).decidedAt(0), 1);
        }

        @Test
        void aPoolThatTakesNoNewWorkStaysCold() {
            assertHolds(between(2, 5).draining().warmAsked().activeAt(0).decidedAt(0), 0);
        }
    }

    @Nested
    class SingleUseParents {
        @Test
        void getOneReplicaMoreThanTheServerAllowsWhenAllOfThemWait() {
            APool stuck = between(0, 2)
                    .singleUse()
                    .queued(3)
                    .parked(1, 1)
                    .parked(2, 1)
                    .serverRoom(2, 2);

            assertThat(stuck.decidedAt(1)).isInstanceOfSatisfying(Start.class, start -> {
                assertThat(start.ordinals()).hasSize(1);
                assertThat(start.why().rule()).isEqualTo(Rule.OVERFLOW);
            });
            assertHoldsFor(
                    between(0, 2)
                            .singleUse()
                            .queued(3)
                            .parked(1, 1)
                            .running(2, 1)
                            .serverRoom(2, 2)
                            .decidedAt(1),
                    5);
        }
    }

    @Nested
    class StateOfThePool {
        @Test
        void isWarmingUntilAllThatAreWantedAreReady() {
            PoolSnapshot half = fixed(2).queued(1).idle(1, 0).booting(2).snapshot();
            PoolSnapshot whole = fixed(2).queued(1).idle(1, 0).idle(2, 0).snapshot();

            assertThat(stateAfterDeciding(half)).isEqualTo(PoolState.WARMING);
            assertThat(stateAfterDeciding(whole)).isEqualTo(PoolState.WARM);
        }

        @Test
        void isColdOnceAllAreToldToStop() {
            assertThat(stateAfterDeciding(fixed(1).idle(1, -60).activeAt(-60).snapshot()))
                    .isEqualTo(PoolState.COLD);
        }

        private PoolState stateAfterDeciding(PoolSnapshot pool) {
            return new ScalingPolicy(5, false).decide(pool, at(0)).stateAfter(pool);
        }
    }

    private static void assertDrains(Decision decision, int ordinal, Rule rule) {
        assertThat(decision).isInstanceOfSatisfying(Decision.Drain.class, drain -> {
            assertThat(drain.replica().ordinal()).isEqualTo(ordinal);
            assertThat(drain.why().rule()).isEqualTo(rule);
        });
    }

    private static void assertHolds(Decision decision, int count) {
        assertHoldsFor(decision, count);
        assertThat(decision.from()).isEqualTo(count);
    }

    private static void assertHoldsFor(Decision decision, int wanted) {
        assertThat(decision).isInstanceOf(Hold.class);
        assertThat(decision.to()).isEqualTo(wanted);
    }

    private static void assertStarts(Decision decision, int to) {
        assertThat(decision).isInstanceOfSatisfying(Start.class, start -> {
            assertThat(start.to()).isEqualTo(to);
            assertThat(start.ordinals()).hasSize(start.to() - start.from());
        });
    }

    private static void assertStopsOne(Decision decision, int ordinal) {
        assertThat(decision)
                .isInstanceOfSatisfying(
                        StopOne.class,
                        stop -> assertThat(stop.replica().ordinal()).isEqualTo(ordinal));
    }
}
