package dev.hearth.controlplane.waiting;

import static dev.hearth.controlplane.waiting.AWait.NOON;
import static dev.hearth.controlplane.waiting.AWait.upTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.api.WaitingView;
import dev.hearth.api.WaitingView.Cause;
import dev.hearth.controlplane.waiting.QueueFacts.PlacesHeld;
import dev.hearth.model.ActionPhase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    @Test
    void whatHasEndedDoesNotWait() {
        WaitingView view = upTo(1).phase(ActionPhase.FAILED).explained();
        assertThat(view.waiting()).isFalse();
        assertThat(view.since()).isEqualTo(NOON.minusSeconds(1));
        says(view, Cause.NOT_WAITING, "It does not wait: it has ended, FAILED.");
    }

    @Test
    void whatHasASlotRunsOnItsReplica() {
        WaitingView view = upTo(1).heldBy(2, Duration.ofMillis(500)).explained();
        assertThat(view.waiting()).isFalse();
        assertThat(view.details()).containsEntry("replica", "102");
        says(view, Cause.RUNNING, "It does not wait: it has run for 3 s on replica 2 (id 102).");
    }

    @Test
    void aReplicaThatDoesNotAnswerIsNamedEvenWhileItRunsTheAction() {
        says(
                upTo(1).heldBy(2, Duration.ofSeconds(12)).explained(),
                Cause.RUNNING,
                "It does not wait: it has run for 3 s on replica 2 (id 102), which has been silent for 12 s.");
    }

    @Test
    void aParkedParentNamesItsChildren() {
        says(
                upTo(1).parked(new Children(470, 10, List.of("a0.x1", "a0.x2"))).explained(),
                Cause.WAITS_FOR_CHILDREN,
                "It holds no slot and waits for 480 children, 470 queued and 10 running, first a0.x1, a0.x2: ask the"
                        + " same of each of them.");
    }

    @Test
    void aParkedParentWhoseChildrenHaveEndedGoesOn() {
        WaitingView view =
                upTo(1).parked(Children.NONE).heldBy(1, Duration.ZERO).explained();
        assertThat(view.cause()).isEqualTo(Cause.RUNNING);
        assertThat(view.message()).contains("its children have ended");
    }

    @Test
    void aPausedEnvironmentComesBeforeAllElse() {
        says(
                upTo(1).paused().ready(1, 0).explained(),
                Cause.ENVIRONMENT_PAUSED,
                "Environment orders is paused and gives no action to a replica until it is resumed.");
    }

    @Test
    void aRetryNamesItsTime() {
        WaitingView view = upTo(1).failed(2, Duration.ofSeconds(4)).ready(1, 0).explained();
        assertThat(view.until()).isEqualTo(NOON.plusSeconds(4));
        says(view, Cause.RETRY_BACK_OFF, "Attempt 1 has failed (2 failures so far); the next try is due in 4 s.");
    }

    @Test
    void aColdPoolIsStartedWithTheNextLook() {
        says(
                upTo(2).explained(),
                Cause.POOL_COLD,
                "Its pool is cold and has no replica: the autoscaler starts replica 1 within a second; a start usually"
                        + " takes 1.5 s.");
    }

    @Test
    void aRunsOwnPoolIsNamedAsSuch() {
        says(
                upTo(2).ownPool().noPace().explained(),
                Cause.RUN_POOL,
                "The pool of its own run has no replica: the autoscaler starts replica 1 within a second; how long a"
                        + " start takes here is not known yet.");
    }

    @Test
    void theReplicaThatWillTakeItIsTheOneAtItsPlace() {
        WaitingView view = upTo(2).behind(0, 1)
                .starting(1, Duration.ofSeconds(1))
                .starting(2, Duration.ofMillis(700))
                .explained();
        assertThat(view.since()).isEqualTo(NOON.minusMillis(700));
        assertThat(view.until()).isEqualTo(NOON.plusMillis(800));
        says(
                view,
                Cause.REPLICA_STARTING,
                "Waits for replica 2 (of replicas 1, 2, which come up), requested 700 ms ago and STARTING; a start"
                        + " usually takes 1.5 s; 1 is ahead of it in the queue.");
    }

    @Test
    void aStartThatTakesLongerThanUsualIsLate() {
        WaitingView view =
                upTo(1).failedStarts(1, 20).starting(1, Duration.ofSeconds(9)).explained();
        assertThat(view.until()).isNull();
        says(
                view,
                Cause.REPLICA_STARTING,
                "Waits for replica 1, requested 9 s ago and STARTING, after 1 failed start; a start usually takes"
                        + " 1.5 s, so it is late.");
    }

    @Test
    void parentsThatHoldTheMemoryAreNamed() {
        WaitingView view = upTo(1).behind(0, 1).fullOfParents(1, 212).explained();
        assertThat(view.details()).containsEntry("parents", 212);
        says(
                view,
                Cause.PARENTS_HOLD_MEMORY,
                "On replica 1 212 parents wait for children and hold as much memory as parents may: until some have ended,"
                        + " only children go there; 1 is ahead of it in the queue.");
    }

    @Test
    void aBusyPoolWithRoomGrows() {
        says(
                upTo(3).ready(1, 1).explained(),
                Cause.POOL_GROWS,
                "The one slot of its pool is busy: the autoscaler starts replica 2 within a second; a start usually"
                        + " takes 1.5 s.");
    }

    @Test
    void failedStartsNameTheirLastOutputAndTheNextTry() {
        WaitingView view = upTo(1).failedStarts(3, 1).explained();
        assertThat(view.since()).isEqualTo(NOON.minusSeconds(1));
        assertThat(view.until()).isEqualTo(NOON.plusSeconds(3));
        says(
                view,
                Cause.START_BACK_OFF,
                "No replica could be started for it: 3 starts in a row failed, last with \"exit 1: no such image\";"
                        + " the next one is tried in 3 s.");
    }

    @Test
    void aPoolThatIsGivenUpNamesItsFailures() {
        assertThat(upTo(1).failedStarts(5, 1).explained().cause()).isEqualTo(Cause.START_BACK_OFF);
    }

    @Test
    void theServersLimitNamesWhoHoldsIt() {
        says(
                upTo(3).server(4, 4, new PlacesHeld("other", 3, 1), new PlacesHeld("third", 1, 0))
                        .explained(),
                Cause.SERVER_LIMIT,
                "Its pool has 0 replicas and needs 1, but the server's limit of 4 replicas"
                        + " (hearth.scaling.max-replicas) leaves room for 0: other has 3, third has 1, 1 of all drain;"
                        + " nobody is ahead of it.");
    }

    @Test
    void drainingReplicasHoldTheirPlaces() {
        says(
                upTo(1).draining(1, 1).draining(2, 0).explained(),
                Cause.DRAINING_HOLDS_PLACES,
                "Its pool may have 1 replica, twice as many with those that drain, and has 2: replicas 1, 2 drain and hold"
                        + " the place of a new one; 1 execution is left to finish there.");
    }

    @Test
    void aFullPoolNamesItsPlaceAndTheLongestExecution() {
        says(
                upTo(2).concurrency(2).behind(2, 5).ready(1, 2).ready(2, 2).explained(),
                Cause.ALL_SLOTS_BUSY,
                "All 4 slots of 2 replicas are busy, the most that its pool may have; 7 are ahead of it in the queue, 2"
                        + " of them with a higher priority; a2 of run r9 has run longest, for 20 s on replica 2.");
    }

    @Test
    void freeSlotsGoToThoseAhead() {
        says(
                upTo(1).behind(1, 1).ready(1, 0).explained(),
                Cause.BEHIND_OTHERS,
                "2 are ahead of it in the queue, 1 of them with a higher priority, and they take the 1 free slot on"
                        + " replica 1 first.");
    }

    @Test
    void slotsThatComeUpGoToThoseAhead() {
        says(
                upTo(1).behind(0, 3).starting(1, Duration.ofSeconds(1)).explained(),
                Cause.BEHIND_OTHERS,
                "3 are ahead of it in the queue, more than the 1 slot of the replica that comes up.");
    }

    @Test
    void withoutAPolicyItWaitsForAReplicaOfItsOwn() {
        assertThat(upTo(10).singleUse().explained().message())
                .startsWith(
                        "Without a reuse policy it waits for a replica of its own: the autoscaler starts replica 1");
        assertThat(upTo(10).singleUse()
                        .starting(1, Duration.ofSeconds(1))
                        .explained()
                        .message())
                .contains("replica 1, requested 1 s ago and STARTING");
        says(
                upTo(2).singleUse().ready(1, 1).ready(2, 1).explained(),
                Cause.FRESH_REPLICA,
                "Without a reuse policy it waits for a replica of its own, and 2 of at most 2 are there (2 run, 0 wait"
                        + " for children, 0 come or go); nobody is ahead of it; a2 of run r9 has run longest, for 20 s on"
                        + " replica 2.");
    }

    @Test
    void aSilentReplicaWithRoomIsNamed() {
        WaitingView view = upTo(1).silent(1, 0, Duration.ofSeconds(12)).explained();
        assertThat(view.since()).isEqualTo(NOON.minusSeconds(12));
        says(
                view,
                Cause.NO_REPLICA_CONNECTED,
                "Replica 1 is ready with room for it, but nothing has been heard of it for 12 s: it is given work again"
                        + " when it reconnects, and replaced when it is lost.");
    }

    @Test
    void aFreeSlotIsItsNext() {
        says(
                upTo(1).concurrency(3).behind(0, 1).ready(1, 1).explained(),
                Cause.BEING_DISPATCHED,
                "2 slots are free on replica 1 and 1 is ahead of it in the queue: it goes next.");
        assertThat(upTo(1).takenMeanwhile().ready(1, 1).explained().cause()).isEqualTo(Cause.BEING_DISPATCHED);
    }

    @Test
    void patienceIsThePolicysOwn() {
        says(
                upTo(2).patient(Duration.ofMillis(100)).ready(1, 1).explained(),
                Cause.PATIENCE,
                "No replica is started for it: 1 queued and 1 running will be worked off by 1 replica before another"
                        + " could come up; an execution takes 100 ms here, and a start usually takes 1.5 s; nobody is"
                        + " ahead of it.");
    }

    @Test
    void aSilentReplicaThatIsFullIsMentioned() {
        WaitingView view =
                upTo(1).behind(0, 0).silent(1, 1, Duration.ofSeconds(12)).explained();
        assertThat(view.waiting()).isTrue();
        assertThat(view.cause()).isEqualTo(Cause.ALL_SLOTS_BUSY);
        assertThat(view.message()).endsWith("nothing is heard of replica 1.");
    }

    private static void says(WaitingView view, Cause cause, String message) {
        assertThat(view.message()).isEqualTo(message);
        assertThat(view.cause()).isEqualTo(cause);
    }
}
