package dev.hearth.controlplane.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.Terms;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ExecutionTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Execution execution = new Execution(new ClaimedAction(
            new AttemptKey(1, 2),
            3,
            "r1",
            "a0",
            null,
            "env",
            1,
            "t",
            1,
            null,
            "application/json",
            null,
            NOON,
            0,
            0,
            Terms.DEFAULT.withTimeout(Duration.ofSeconds(10)),
            0,
            0));

    @Test
    void aTimeoutOfATaskWithoutChildrenSaysHowLongItMayRun() {
        assertThat(execution.ranTooLong(NOON.plusSeconds(10))).isEqualTo("ran longer than its timeout of PT10S");
    }

    @Test
    void aTimeoutOfAParentSaysHowMuchOfTheTimeItWaitedForItsChildren() {
        execution.park(true, NOON.plusSeconds(1));
        execution.park(false, NOON.plusSeconds(4));
        execution.park(true, NOON.plusSeconds(5));
        execution.park(true, NOON.plusSeconds(6));

        assertThat(execution.ranTooLong(NOON.plusMillis(10_250)))
                .isEqualTo("ran longer than its timeout of PT10S, of which it waited PT8.25S for its children");
    }

    @Test
    void whatWaitsForChildrenHoldsNoSlotAndCountsAsParkedUntilItGoesOnOrEnds() {
        execution.park(true, NOON);
        assertThat(execution.yieldSlot()).isTrue();
        assertThat(execution.isParked()).isTrue();
        execution.end();
        assertThat(execution.isParked()).isFalse();
    }
}
