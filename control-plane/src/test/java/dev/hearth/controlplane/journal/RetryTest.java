package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.journal.Outcome.Failed;
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
    void theFirstLossIsTriedAgainAtOnceTheNextAloneAndTheFourthIsTheLast() {
        assertThat(Retry.lost(ATTEMPT, LOST, 0, false, 9L, NOW, 1).retryAt()).isEqualTo(NOW);
        assertThat(Retry.lost(ATTEMPT, LOST, 0, false, 9L, NOW, 1).retryPool()).isNull();
        assertThat(Retry.lost(ATTEMPT, LOST, 1, false, 9L, NOW, 1).retryAt()).isAfter(NOW);
        assertThat(Retry.lost(ATTEMPT, LOST, 1, false, 9L, NOW, 1).retryPool()).isEqualTo(9L);
        AttemptEnd last = Retry.lost(ATTEMPT, LOST, 3, false, 9L, NOW, 1);
        assertThat(last.retryAt()).isNull();
        assertThat(((Failed) last.outcome()).message()).contains("lost 4 times").doesNotContain("alone");
        AttemptEnd alone = Retry.lost(ATTEMPT, LOST, 3, true, null, NOW, 1);
        assertThat(((Failed) alone.outcome()).message()).contains("lost 4 times, at last alone");
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
