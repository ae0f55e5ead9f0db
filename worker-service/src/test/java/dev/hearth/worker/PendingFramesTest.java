package dev.hearth.worker;

import static dev.hearth.worker.FakeControlPlane.attempt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Parking;
import dev.hearth.wire.WorkerFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingFramesTest {
    private final PendingFrames frames = new PendingFrames();

    @Test
    void aPairThatTakesItselfBackWithinAFrameIsNotSent() {
        frames.park(attempt(1), true);
        frames.park(attempt(1), false);
        assertThat(frames.next()).isNull();
    }

    @Test
    void theSameWordTwiceIsSaidOnce() {
        frames.park(attempt(1), true);
        frames.park(attempt(1), true);
        assertThat(parkings()).containsExactly(parking(1, true));

        frames.park(attempt(1), true);
        assertThat(frames.next()).isNull();

        frames.park(attempt(1), false);
        assertThat(parkings()).containsExactly(parking(1, false));
    }

    @Test
    void aRepetitionIsSentWhateverWasSaidBefore() {
        frames.repeatParking(attempt(1), false);
        frames.repeatParking(attempt(2), true);
        frames.park(attempt(2), true);
        assertThat(parkings()).containsExactly(parking(1, false), parking(2, true));
    }

    @Test
    void linesSurviveABrokenStreamAndNothingElseDoes() {
        frames.add(next -> next.setHeartbeat(Heartbeat.getDefaultInstance()), 2 << 20);
        frames.log(line(1, "kept"));
        frames.park(attempt(1), true);

        frames.keepOnlyLogs();

        assertThat(frames.next())
                .isEqualTo(WorkerFrame.newBuilder().addLogs(line(1, "kept")).build());
        assertThat(frames.next()).isNull();
    }

    @Test
    void aFloodOfLinesIsBoundedAndItsLossIsSaidInTheRightLog() {
        String kilobyte = "x".repeat(1024);
        for (int i = 0; i < 10_000; i++) {
            frames.log(line(1, kilobyte));
        }
        List<LogLine> lines = new ArrayList<>();
        for (WorkerFrame frame = frames.next(); frame != null; frame = frames.next()) {
            assertThat(frame.getSerializedSize()).isLessThan(2 << 20);
            lines.addAll(frame.getLogsList());
        }
        assertThat(lines).hasSize(8 * 1024 + 1);
        assertThat(lines.getLast().getAttempt()).isEqualTo(attempt(1));
        assertThat(lines.getLast().getText()).startsWith("[1808 lines were lost");

        frames.log(line(1, "there is room again"));
        assertThat(frames.next()).isNotNull();
    }

    private List<Parking> parkings() {
        WorkerFrame frame = frames.next();
        return frame == null ? List.of() : frame.getParkingsList();
    }

    private static Parking parking(long action, boolean parked) {
        return Parking.newBuilder()
                .setAttempt(attempt(action))
                .setParked(parked)
                .build();
    }

    private static LogLine line(long action, String text) {
        return LogLine.newBuilder().setAttempt(attempt(action)).setText(text).build();
    }
}
