package dev.hearth.worker;

import static dev.hearth.worker.FakeControlPlane.attempt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.sdk.Environment;
import dev.hearth.sdk.NonRetryable;
import dev.hearth.wire.Failure;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Report;
import dev.hearth.wire.WorkerFrame;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tasks that ask much of their replica must harm neither it nor their neighbours. */
class HardTasksTest {
    private static final int MEBIBYTE = 1 << 20;

    private final AtomicBoolean spinning = new AtomicBoolean(true);
    private LiveReplica replica;

    @BeforeEach
    void connect() throws Exception {
        Environment environment = Environment.named("env");
        environment.task("spin", Integer.class, Integer.class, x -> {
            while (spinning.get()) {
                Thread.onSpinWait();
            }
            return x;
        });
        environment.task("large", Integer.class, String.class, "x"::repeat);
        environment.task("loud", Integer.class, Integer.class, x -> {
            throw new IllegalStateException("!".repeat(x));
        });
        environment.task("mute", Integer.class, Integer.class, x -> {
            throw x == 1 ? new Mute() : new IllegalStateException("told", new Mute());
        });
        environment.task("codeless", Integer.class, Integer.class, x -> {
            throw new NonRetryable(null, null, null);
        });
        environment.task("cyclic", Integer.class, Object.class, x -> new Cyclic());
        environment.task("bottomless", Integer.class, Object.class, x -> new Bottomless());
        environment.task("silencing", Integer.class, Integer.class, x -> {
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
            return x;
        });
        environment.task("logging", Integer.class, Integer.class, x -> {
            LoggerFactory.getLogger("user").warn("logged by {}", x);
            return x;
        });
        environment.task("spelling", Integer.class, Integer.class, x -> {
            String text = "%d \uD83D\uDD25 %d \u00e4".formatted(x, x).repeat(20);
            for (char each : text.toCharArray()) {
                System.out.print(each);
                System.err.append(each);
                Thread.yield();
            }
            System.out.close();
            return x;
        });
        environment.task("flooding", Integer.class, Integer.class, x -> {
            for (int i = 0; i < x; i++) {
                System.out.println("line " + i);
            }
            return x;
        });
        replica = LiveReplica.of(environment);
    }

    @AfterEach
    void close() {
        spinning.set(false);
        replica.close();
    }

    @Test
    void tasksThatNeverYieldTheirProcessorDoNotSilenceTheReplica() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        for (int i = 1; i <= processors + 1; i++) {
            replica.controlPlane().assign(attempt(i), "spin", "1");
        }

        replica.controlPlane()
                .await(frame -> frame.hasHeartbeat() && frame.getHeartbeat().getRunning() == processors + 1);
        replica.controlPlane().assign(attempt(100), "spin", "1");

        assertThat(replica.controlPlane()
                        .await(frame -> frame.getAcknowledgementsList().stream()
                                .anyMatch(each -> each.getAttempt().equals(attempt(100)))))
                .as("an assignment is acknowledged although no processor is free to start it")
                .isNotNull();
    }

    @Test
    void anOutputThatNoFrameCanCarryFailsItsActionAndNothingElse() throws Exception {
        replica.controlPlane().assign(attempt(1), "large", Integer.toString(70 * MEBIBYTE));

        Report report = report();
        assertThat(report.getFailure().getCode()).isEqualTo("TOO_LARGE");
        assertThat(report.getFailure().getMessage()).contains("32 MiB");

        replica.controlPlane().assign(attempt(2), "large", "3");
        assertThat(report().getOutput().getValue().toStringUtf8()).isEqualTo("\"xxx\"");
    }

    @Test
    void largeOutputsThatGatherTravelInFramesOfTheirOwn() throws Exception {
        int outputs = 6;
        for (int i = 1; i <= outputs; i++) {
            replica.controlPlane().assign(attempt(i), "large", Integer.toString(12 * MEBIBYTE));
        }

        int arrived = 0;
        while (arrived < outputs) {
            WorkerFrame frame = replica.controlPlane().await(each -> each.getReportsCount() > 0);
            assertThat(frame.getSerializedSize()).isLessThan(64 * MEBIBYTE);
            arrived += frame.getReportsCount();
        }
        assertThat(arrived).isEqualTo(outputs);
    }

    @Test
    void anEndlessErrorMessageIsCut() throws Exception {
        replica.controlPlane().assign(attempt(1), "loud", Integer.toString(5 * MEBIBYTE));
        Report report = report();
        assertThat(report.getFailure().getMessage()).startsWith("java.lang.IllegalStateException: !!!");
        assertThat(report.getSerializedSize()).isLessThan(MEBIBYTE);
    }

    @Test
    void aThrowableThatCannotSayWhatHappenedIsReportedAllTheSame() throws Exception {
        replica.controlPlane().assign(attempt(1), "mute", "1");
        Failure mute = report().getFailure();
        assertThat(mute.getCode()).isEqualTo("USER");
        assertThat(mute.getMessage())
                .isEqualTo(Mute.class.getName()
                        + " (it threw java.lang.NullPointerException when it was asked what happened)");

        replica.controlPlane().assign(attempt(2), "mute", "2");
        Failure deepDown = report().getFailure();
        assertThat(deepDown.getMessage()).isEqualTo("java.lang.IllegalStateException: told");
        assertThat(deepDown.getDetails()).contains("at dev.hearth.worker.HardTasksTest", "it threw");

        replica.controlPlane().assign(attempt(3), "codeless", "1");
        Failure codeless = report().getFailure();
        assertThat(codeless.getCode()).isEqualTo("USER");
        assertThat(codeless.getNonRetryable()).isTrue();
        replica.controlPlane()
                .await(frame -> frame.hasHeartbeat() && frame.getHeartbeat().getRunning() == 0);
    }

    @Test
    void anOutputWhoseJsonNeverEndsFailsItsAction() throws Exception {
        replica.controlPlane().assign(attempt(1), "cyclic", "1");
        assertThat(report().getFailure().getCode()).isEqualTo("USER");

        replica.controlPlane().assign(attempt(2), "bottomless", "1");
        assertThat(report().getFailure().getMessage()).contains("StackOverflowError");
    }

    @Test
    void whatATaskLogsIsInItsLogToo() throws Exception {
        CapturedOutput.install();
        replica.controlPlane().assign(attempt(1), "logging", "9");
        LogLine line = replica.controlPlane()
                .await(frame -> frame.getLogsList().stream()
                        .anyMatch(each -> each.getText().contains("logged by 9")))
                .getLogs(0);
        assertThat(line.getAttempt()).isEqualTo(attempt(1));
    }

    @Test
    void aTaskThatSetsOtherStreamsSilencesNobodyAfterIt() throws Exception {
        CapturedOutput.install();
        replica.controlPlane().assign(attempt(1), "silencing", "1");
        report();
        replica.controlPlane().assign(attempt(2), "spelling", "2");
        List<LogLine> lines = new ArrayList<>();
        replica.controlPlane().await(frame -> {
            lines.addAll(frame.getLogsList());
            return frame.getReportsCount() > 0;
        });
        assertThat(lines).extracting(LogLine::getErrorStream).containsExactlyInAnyOrder(false, true);
    }

    @Test
    void aHundredThatPrintHalfCharactersNeitherMixNorCloseTheirOutput() throws Exception {
        CapturedOutput.install();
        int executions = 100;
        for (int i = 1; i <= executions; i++) {
            replica.controlPlane().assign(attempt(i), "spelling", Integer.toString(i));
        }
        List<LogLine> lines = new ArrayList<>();
        replica.controlPlane().await(frame -> {
            lines.addAll(frame.getLogsList());
            return lines.size() >= 2 * executions;
        });
        assertThat(lines).hasSize(2 * executions).allSatisfy(line -> {
            long own = line.getAttempt().getAction();
            assertThat(line.getText())
                    .isEqualTo("%d \uD83D\uDD25 %d \u00e4".formatted(own, own).repeat(20));
        });
    }

    @Test
    void aFloodWaitsForItsStreamAndLosesNothing() throws Exception {
        CapturedOutput.install();
        replica.controlPlane().assign(attempt(1), "flooding", "300000");
        List<LogLine> lines = new ArrayList<>();
        replica.controlPlane().await(frame -> {
            lines.addAll(frame.getLogsList());
            return frame.getReportsCount() > 0;
        });
        assertThat(lines).hasSize(300_000).last().extracting(LogLine::getText).isEqualTo("line 299999");
    }

    @Test
    void noFrameOfAFloodOfLinesIsTooLargeForItsStream() throws Exception {
        CapturedOutput.install();
        replica.controlPlane().assign(attempt(1), "flooding", "300000");
        List<WorkerFrame> frames = new ArrayList<>();
        replica.controlPlane().await(frame -> {
            frames.add(frame);
            return frame.getReportsCount() > 0;
        });
        assertThat(frames)
                .allSatisfy(frame -> assertThat(frame.getSerializedSize()).isLessThan(4 * MEBIBYTE));
    }

    private Report report() throws Exception {
        return replica.controlPlane()
                .await(frame -> frame.getReportsCount() > 0)
                .getReports(0);
    }

    private static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            return Objects.requireNonNull(null);
        }
    }

    private static final class Cyclic {
        public Cyclic getSelf() {
            return this;
        }
    }

    private static final class Bottomless {
        public int getDepth() {
            return 1 + getDepth();
        }
    }
}
