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

    @Test
    void itsTimeoutGoesOnAcrossAReconnect() {
        assertThat(Execution.adopted(action()).runsOutOfTime(NOON.plusSeconds(8)))
                .isFalse();
        assertThat(Execution.adopted(action()).runsOutOfTime(NOON.plusMillis(8_001)))
                .isTrue();
    }

    @Test
    void whatIsToldToStopBeforeItIsSentIsNotSent() {
        Execution execution = new Execution(action());
        assertThat(execution.toldToStop(NOON)).as("nobody to tell").isFalse();
        assertThat(execution.send(NOON)).isFalse();

        Execution sent = new Execution(action());
        assertThat(sent.send(NOON)).isTrue();
        assertThat(sent.toldToStop(NOON)).isTrue();
    }

    @Test
    void itHoldsItsSlotUntilItsEndOrItsWaitIsCommittedAndNobodyTakesItTwice() {
        Execution execution = new Execution(action());
        assertThat(execution.yieldSlot()).as("it runs").isFalse();
        execution.park(true);
        assertThat(execution.yieldSlot()).isTrue();
        assertThat(execution.yieldSlot()).isFalse();
        execution.park(false);
        assertThat(execution.takeSlot()).isTrue();
        assertThat(execution.takeSlot()).isFalse();
        assertThat(execution.yieldSlot())
                .as("it has gone on before that was committed")
                .isFalse();
        assertThat(execution.end()).isTrue();
        assertThat(execution.end()).isFalse();
        assertThat(execution.yieldSlot()).isTrue();
    }

    private static ClaimedAction action() {
        Terms eightSeconds = new Terms(0, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(8), null);
        return new ClaimedAction(
                new AttemptKey(1, 1),
                1,
                "r",
                "a0",
                null,
                "env",
                1,
                "t",
                1,
                new byte[0],
                "application/json",
                null,
                NOON,
                0,
                0,
                eightSeconds,
                0,
                0);
    }
}
