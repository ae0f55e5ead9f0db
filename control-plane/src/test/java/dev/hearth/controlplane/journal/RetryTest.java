package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Retry.Suspicion;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.Terms;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetryTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final AttemptKey ATTEMPT = new AttemptKey(1, 2);
    private static final Failed LOST = new Failed(ErrorCode.REPLICA_LOST, "gone", null);

    @Property
    void pausesLieBetweenHalfAndAllOfTheDoubledBackoffAndNeverExceedTheLongest(
            @ForAll @IntRange(min = 1, max = 100) int failures, @ForAll @DoubleRange(min = 0, max = 1) double chance) {
        Duration pause = Retry.backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), failures, chance);
        long full = Math.min(60_000, failures > 10 ? 60_000 : 1_000L << (failures - 1));
        assertThat(pause.toMillis()).isBetween(full / 2, full);
    }

    @Test
    void aTaskIsTriedAgainAsOftenAsItsRetriesSayWhateverThePlatformHasLost() {
        assertThat(Retry.afterFailure(action(2, 0, 3), ErrorCode.USER, false, NOW, 1))
                .isEqualTo(NOW.plusSeconds(1));
        assertThat(Retry.afterFailure(action(2, 1, 3), ErrorCode.USER, false, NOW, 1))
                .isEqualTo(NOW.plusSeconds(2));
        assertThat(Retry.afterFailure(action(2, 2, 0), ErrorCode.USER, false, NOW, 1))
                .isNull();
    }

    @Test
    void whatCannotHelpIsNotTried() {
        assertThat(Retry.afterFailure(action(5, 0, 0), "CARD_DECLINED", true, NOW, 1))
                .isNull();
        assertThat(Retry.afterFailure(action(5, 0, 0), ErrorCode.INVALID_INPUT, false, NOW, 1))
                .isNull();
        assertThat(Retry.afterFailure(action(5, 0, 0), ErrorCode.TIMED_OUT, false, NOW, 1))
                .isNotNull();
    }

    @Test
    void theFirstLossIsTriedAgainAtOnceAndLaterOnesAfterPausesOfAtMostAMinute() {
        assertThat(lost(0, Suspicion.NONE).retryAt()).isEqualTo(NOW);
        assertThat(lost(1, Suspicion.NONE).retryAt()).isEqualTo(NOW.plusMillis(250));
        assertThat(lost(18, Suspicion.NONE).retryAt()).isEqualTo(NOW.plusSeconds(60));
    }

    @Test
    void whoMayHaveEndedItsReplicaIsTriedAloneFromTheSecondLossOnAndOthersFromTheSixth() {
        Suspicion suspect = new Suspicion(true, false, 9L);
        Suspicion victim = new Suspicion(false, false, 9L);
        assertThat(lost(0, suspect).retryPool()).isNull();
        assertThat(lost(1, suspect).retryPool()).isEqualTo(9L);
        assertThat(lost(4, victim).retryPool()).isNull();
        assertThat(lost(5, victim).retryPool()).isEqualTo(9L);
    }

    @Test
    void onlyAnActionThatWasAloneWhenItsReplicaEndedByItselfFailsAtTheFourthLoss() {
        Suspicion guilty = new Suspicion(true, true, null);
        assertThat(lost(2, guilty).retryAt()).isNotNull();
        assertThat(lost(3, guilty).retryAt()).isNull();
        assertThat(((Failed) lost(3, guilty).outcome()).message()).contains("lost 4 times, at last alone");
        assertThat(lost(3, new Suspicion(true, false, 9L)).retryAt()).isNotNull();
        assertThat(lost(3, new Suspicion(false, true, null)).retryAt()).isNotNull();
    }

    @Test
    void evenBadLuckEndsAtTheTwentiethLoss() {
        assertThat(lost(18, Suspicion.NONE).retryAt()).isNotNull();
        assertThat(lost(19, Suspicion.NONE).retryAt()).isNull();
        assertThat(((Failed) lost(19, Suspicion.NONE).outcome()).message())
                .contains("lost 20 times")
                .doesNotContain("alone");
    }

    private static AttemptEnd lost(int before, Suspicion suspicion) {
        return Retry.lost(ATTEMPT, LOST, before, suspicion, NOW, 1);
    }

    private static ClaimedAction action(int retries, int userFailures, int systemFailures) {
        return new ClaimedAction(
                ATTEMPT,
                1,
                "r",
                "a0",
                null,
                "env",
                1,
                "t",
                1,
                null,
                "application/json",
                null,
                NOW,
                userFailures,
                systemFailures,
                Terms.DEFAULT.withRetries(retries),
                0,
                0);
    }
}
