package dev.hearth.controlplane.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExecutionTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Execution execution = new Execution(action(false));
    private final Execution excluding = new Execution(action(true));

    private static ClaimedAction action(boolean excludesChildren) {
        return new ClaimedAction(
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
                Terms.DEFAULT.withTimeout(Duration.ofSeconds(10)).withTimeoutExcludesChildren(excludesChildren),
                0,
                0);
    }

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
    void waitingForItsChildrenCountsTowardsATimeoutUnlessThatLeavesItOut() {
        for (Execution each : List.of(execution, excluding)) {
            each.acknowledge(NOON);
            each.park(true, NOON.plusSeconds(1));
            assertThat(each.runsOutOfTime(NOON.plusSeconds(10))).isFalse();
        }
        assertThat(execution.runsOutOfTime(NOON.plusSeconds(11))).isTrue();
        assertThat(execution.runsOutOfTime(NOON.plusSeconds(11)))
                .as("told once")
                .isFalse();
        assertThat(excluding.runsOutOfTime(NOON.plusSeconds(3_600))).isFalse();
        excluding.park(false, NOON.plusSeconds(3_600));
        assertThat(excluding.runsOutOfTime(NOON.plusSeconds(3_609))).isFalse();
        assertThat(excluding.runsOutOfTime(NOON.plusSeconds(3_610))).isTrue();
        assertThat(excluding.ranTooLong(NOON.plusSeconds(3_610)))
                .isEqualTo(
                        "ran longer than its timeout of PT10S, not counting the PT59M59S that it waited for its children");
    }

    @Test
    void whatItWaitedBeforeItsReplicaConnectedAnewIsLeftOutToo() {
        Execution adopted = Execution.adopted(action(true), Duration.ofSeconds(100));
        adopted.park(true, NOON.plusSeconds(105));
        adopted.park(false, NOON.plusSeconds(108));
        assertThat(adopted.runsOutOfTime(NOON.plusSeconds(112))).isFalse();
        assertThat(adopted.runsOutOfTime(NOON.plusSeconds(114))).isTrue();
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
