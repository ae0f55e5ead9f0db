package dev.hearth.worker;

import static dev.hearth.worker.FakeControlPlane.attempt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.Cancel;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.ChildSubmit;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.Drain;
import dev.hearth.wire.Failure;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Output;
import dev.hearth.wire.Report;
import dev.hearth.wire.Waited;
import dev.hearth.wire.WorkerFrame;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica in conversation, frame by frame, over a real socket. */
class ConversationTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final HostedTasks tasks = new HostedTasks(ClassLoader.getSystemClassLoader());
    private FakeControlPlane controlPlane;
    private Replica replica;
    private CompletableFuture<Integer> exitCode;

    @BeforeEach
    void connect() throws Exception {
        Environment environment = Environment.named("env");
        environment.task("square", Integer.class, Integer.class, x -> x * x);
        environment.task("failing", Integer.class, Integer.class, x -> {
            throw new IllegalArgumentException("no " + x);
        });
        environment.task("waiting", Integer.class, Integer.class, x -> {
            gate.await();
            return x;
        });
        environment.task("printing", Integer.class, Integer.class, x -> {
            System.out.println("line of " + x);
            return x;
        });
        Task<Integer, Integer> child = environment.task("child", Integer.class, Integer.class, x -> x);
        environment.task("parent", Integer.class, Integer.class, x -> child.call(x) + 1);
        tasks.host(environment);
        controlPlane = new FakeControlPlane();
        WorkerSettings settings = new WorkerSettings(
                7,
                "token",
                controlPlane.endpoint(),
                "",
                "",
                4,
                Path.of("."),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                false);
        Outbox outbox = new Outbox();
        replica = new Replica(settings, new Executions(tasks, outbox, settings, Clock.systemUTC()), outbox);
        exitCode = CompletableFuture.supplyAsync(
                replica::run, work -> Thread.ofVirtual().start(work));
    }

    @AfterEach
    void close() {
        gate.countDown();
        controlPlane.close();
    }

    @Test
    void helloThenAssignmentThenReport() throws Exception {
        WorkerFrame hello = controlPlane.await(WorkerFrame::hasHello);
        assertThat(hello.getHello().getReplica()).isEqualTo(7);
        assertThat(hello.getHello().getJoinToken()).isEqualTo("token");
        controlPlane.welcome();

        controlPlane.assign(attempt(1), "square", "7");

        Report report = report();
        assertThat(report.getAttempt()).isEqualTo(attempt(1));
        assertThat(report.getOutput().getValue().toStringUtf8()).isEqualTo("49");
        assertThat(report.getServedBefore()).isZero();

        controlPlane.assign(attempt(2), "square", "3");
        assertThat(report().getServedBefore()).isEqualTo(1);
    }

    @Test
    void anAssignmentIsAcknowledgedWhileItRuns() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "waiting", "1");
        WorkerFrame frame = controlPlane.await(each -> each.getAcknowledgementsCount() > 0);
        assertThat(frame.getAcknowledgements(0).getAttempt()).isEqualTo(attempt(1));
    }

    @Test
    void failuresSayWhoseFaultTheyAre() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "failing", "3");
        Report user = report();
        assertThat(user.getFailure().getCode()).isEqualTo("USER");
        assertThat(user.getFailure().getMessage())
                .contains("IllegalArgumentException")
                .contains("no 3");
        assertThat(user.getFailure().getDetails()).contains("at dev.hearth.worker.ConversationTest");

        controlPlane.assign(attempt(2), "nothing", "3");
        Failure unknown = report().getFailure();
        assertThat(unknown.getCode()).isEqualTo("UNKNOWN_TASK");
        assertThat(unknown.getDetails()).as("frames of the worker").isEmpty();

        controlPlane.assign(attempt(3), "square", "\"seven\"");
        assertThat(report().getFailure().getCode()).isEqualTo("INVALID_INPUT");
    }

    @Test
    void aParentThatFailsWithItsChildTellsTheChildsStackOnce() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "parent", "5");
        ChildSubmit child =
                controlPlane.await(frame -> frame.getChildrenCount() > 0).getChildren(0);
        controlPlane.send(ControlFrame.newBuilder()
                .addChildResults(ChildResult.newBuilder()
                        .setParent(child.getParent())
                        .setName(child.getName())
                        .setFailure(Failure.newBuilder()
                                .setCode("USER")
                                .setMessage("no 5")
                                .setDetails("at Far.away"))));
        assertThat(report().getFailure().getDetails())
                .containsOnlyOnce("at Far.away")
                .containsOnlyOnce("child failed (USER): no 5")
                .contains("at dev.hearth.worker.ConversationTest");
    }

    @Test
    void aParentThatWaitsForItsChildGivesItsSlotBack() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "parent", "5");

        List<WorkerFrame> until = new ArrayList<>();
        controlPlane.await(frame -> {
            until.add(frame);
            return frame.getParkingsCount() > 0;
        });
        assertThat(until.getLast().getParkings(0).getParked()).isTrue();
        ChildSubmit child = until.stream()
                .flatMap(frame -> frame.getChildrenList().stream())
                .findFirst()
                .orElseThrow();
        assertThat(child.getTask()).isEqualTo("child");
        assertThat(child.getParent()).isEqualTo(attempt(1));

        answer(child, "41");
        assertThat(report().getOutput().getValue().toStringUtf8()).isEqualTo("42");
    }

    @Test
    void aHelloTellsHowLongParentsHaveWaitedForTheirChildren() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "parent", "5");
        controlPlane.assign(attempt(2), "waiting", "5");
        controlPlane.await(frame -> frame.getParkingsCount() > 0);

        controlPlane.breakStream();

        assertThat(controlPlane.await(WorkerFrame::hasHello).getHello().getWaitedList())
                .extracting(Waited::getAttempt)
                .containsExactly(attempt(1));
    }

    @Test
    void afterABrokenStreamAllThatMattersIsSaidAgain() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "parent", "5");
        ChildSubmit child =
                controlPlane.await(frame -> frame.getChildrenCount() > 0).getChildren(0);
        controlPlane.assign(attempt(2), "square", "2");
        report();

        controlPlane.breakStream();

        WorkerFrame hello = controlPlane.await(WorkerFrame::hasHello);
        assertThat(hello.getHello().getRunningList()).containsExactlyInAnyOrder(attempt(1), attempt(2));
        controlPlane.welcome();
        List<WorkerFrame> said = new ArrayList<>();
        controlPlane.await(frame -> {
            said.add(frame);
            return said.stream().anyMatch(each -> each.getReportsCount() > 0)
                    && said.stream().anyMatch(each -> each.getParkingsCount() > 0)
                    && said.stream().anyMatch(each -> each.getChildrenCount() > 0);
        });
        assertThat(said.stream().flatMap(frame -> frame.getChildrenList().stream()))
                .containsExactly(child);

        answer(child, "1");
        assertThat(report().getAttempt()).isEqualTo(attempt(1));
    }

    @Test
    void aCommittedReportIsForgotten() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "square", "2");
        report();
        controlPlane.send(ControlFrame.newBuilder().addCommittedReports(attempt(1)));

        controlPlane.breakStream();

        assertThat(controlPlane.await(WorkerFrame::hasHello).getHello().getRunningList())
                .isEmpty();
    }

    @Test
    void whatTheControlPlaneNoLongerKnowsIsStopped() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "waiting", "1");
        controlPlane.await(frame -> frame.getAcknowledgementsCount() > 0);
        controlPlane.breakStream();
        controlPlane.await(WorkerFrame::hasHello);

        controlPlane.welcome(attempt(1));

        assertThat(report().getFailure().getCode()).isEqualTo("CANCELLED");
    }

    @Test
    void aCancelInterruptsTheExecution() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "waiting", "1");
        controlPlane.await(frame -> frame.getAcknowledgementsCount() > 0);
        controlPlane.send(
                ControlFrame.newBuilder().addCancels(Cancel.newBuilder().setAttempt(attempt(1))));
        assertThat(report().getFailure().getCode()).isEqualTo("CANCELLED");
    }

    @Test
    void aDrainLetsRunningWorkFinishAndThenLeaves() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "waiting", "1");
        controlPlane.await(frame -> frame.getAcknowledgementsCount() > 0);
        controlPlane.send(ControlFrame.newBuilder().setDrain(Drain.newBuilder().setDeadlineMillis(20_000)));
        assertThat(exitCode).isNotDone();

        gate.countDown();
        report();
        controlPlane.send(ControlFrame.newBuilder().addCommittedReports(attempt(1)));

        assertThat(exitCode.get(10, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aParentThatWaitsForItsChildrenAndIsCancelledDoesNotHoldAReplicaThatDrains() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "parent", "5");
        controlPlane.await(frame -> frame.getParkingsCount() > 0);
        controlPlane.send(ControlFrame.newBuilder().setDrain(Drain.newBuilder().setDeadlineMillis(600_000)));
        controlPlane.await(WorkerFrame::hasHeartbeat);
        assertThat(exitCode).isNotDone();

        controlPlane.send(
                ControlFrame.newBuilder().addCancels(Cancel.newBuilder().setAttempt(attempt(1))));

        // Its report is waited for, if it comes before the replica has seen that there is nothing to wait for.
        await().ignoreExceptions().until(() -> {
            if (!exitCode.isDone()) {
                controlPlane.send(ControlFrame.newBuilder().addCommittedReports(attempt(1)));
            }
            return exitCode.isDone();
        });
        assertThat(exitCode.get()).isZero();
    }

    @Test
    void whileItDrainsItBeatsUntilItsLastReportIsCommitted() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "waiting", "1");
        controlPlane.await(frame -> frame.getAcknowledgementsCount() > 0);
        controlPlane.send(ControlFrame.newBuilder().setDrain(Drain.newBuilder().setDeadlineMillis(20_000)));

        assertBeatsUntilItsReportIsCommitted();

        assertThat(exitCode.get(10, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void whenItsHostStopsItItSaysSoAndBeatsUntilItsLastReportIsCommitted() throws Exception {
        greet();
        controlPlane.assign(attempt(1), "waiting", "1");
        controlPlane.await(frame -> frame.getAcknowledgementsCount() > 0);
        Thread host = Thread.ofVirtual().start(replica::destroy);
        controlPlane.await(WorkerFrame::getDraining);

        assertBeatsUntilItsReportIsCommitted();

        assertThat(host.join(Duration.ofSeconds(10))).isTrue();
        assertThat(exitCode.get(10, TimeUnit.SECONDS)).isZero();
    }

    /** Several beats each time: one may have been under way. */
    private void assertBeatsUntilItsReportIsCommitted() throws Exception {
        for (int i = 0; i < 3; i++) {
            controlPlane.await(WorkerFrame::hasHeartbeat);
        }
        gate.countDown();
        report();
        for (int i = 0; i < 3; i++) {
            controlPlane.await(WorkerFrame::hasHeartbeat);
        }
        assertThat(exitCode).as("what is not committed holds it").isNotDone();
        controlPlane.send(ControlFrame.newBuilder().addCommittedReports(attempt(1)));
    }

    @Test
    void aRefusedReplicaEndsItself() throws Exception {
        controlPlane.await(WorkerFrame::hasHello);
        controlPlane.refuse(Status.UNAUTHENTICATED.withDescription("wrong token"));
        assertThat(exitCode.get(10, TimeUnit.SECONDS)).isEqualTo(Replica.REFUSED);
    }

    @Test
    void eachExecutionHasItsOwnLog() throws Exception {
        CapturedOutput.install();
        greet();
        int executions = 50;
        for (int i = 1; i <= executions; i++) {
            controlPlane.assign(attempt(i), "printing", Integer.toString(i));
        }
        List<LogLine> lines = new ArrayList<>();
        controlPlane.await(frame -> {
            lines.addAll(frame.getLogsList());
            return lines.size() >= executions;
        });
        assertThat(lines)
                .hasSize(executions)
                .allSatisfy(line -> assertThat(line.getText())
                        .isEqualTo("line of " + line.getAttempt().getAction()));
    }

    private void greet() throws Exception {
        controlPlane.await(WorkerFrame::hasHello);
        controlPlane.welcome();
    }

    private Report report() throws Exception {
        return controlPlane.await(frame -> frame.getReportsCount() > 0).getReports(0);
    }

    private void answer(ChildSubmit child, String output) {
        AttemptRef parent = child.getParent();
        controlPlane.send(ControlFrame.newBuilder()
                .addChildResults(ChildResult.newBuilder()
                        .setParent(parent)
                        .setName(child.getName())
                        .setOutput(Output.newBuilder().setValue(ByteString.copyFromUtf8(output)))));
    }
}
