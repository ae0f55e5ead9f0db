package dev.hearth.worker;

import com.google.protobuf.ByteString;
import dev.hearth.api.ExactJson;
import dev.hearth.model.ErrorCode;
import dev.hearth.sdk.Execution;
import dev.hearth.sdk.Json;
import dev.hearth.sdk.Task;
import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Output;
import dev.hearth.wire.Report;
import dev.hearth.wire.Waited;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/**
 * Runs what the control plane assigns, each on a virtual thread of its own, and keeps each report until the control plane
 * says that it is committed. Thread-safe; the methods called by the stream never block.
 */
@Component
final class Executions {
    /** Of an input or an output: leaves room in the 64 MiB of a message. */
    static final int MOST_PAYLOAD_BYTES = 32 << 20;

    private static final String JSON = "application/json";

    private final HostedTasks tasks;
    private final Outbox outbox;
    private final long replica;
    private final Clock clock;
    private final Instant bornAt;
    private final Map<AttemptRef, RunningExecution> running = new ConcurrentHashMap<>();
    private final Map<AttemptRef, Report> uncommitted = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();
    private volatile Consumer<AttemptRef> memoryLossTold = attempt -> {};

    Executions(HostedTasks tasks, Outbox outbox, WorkerSettings settings, Clock clock) {
        this.tasks = tasks;
        this.outbox = outbox;
        this.replica = settings.replica();
        this.clock = clock;
        this.bornAt = ProcessHandle.current().info().startInstant().orElse(clock.instant());
    }

    /** Acknowledges at once and starts. A repeated assignment changes nothing. */
    void assign(Assignment assignment) {
        long received = System.nanoTime();
        AttemptRef attempt = assignment.getAttempt();
        PrintedLines printed = new PrintedLines(
                (text, error, open) -> outbox.log(LogLine.newBuilder()
                        .setAttempt(attempt)
                        .setEpochMicros(ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()))
                        .setText(text)
                        .setErrorStream(error)
                        .setOpen(open)
                        .build()),
                outbox::mostLogBytes,
                clock);
        RunningExecution execution = new RunningExecution(assignment, replica, outbox, printed);
        outbox.acknowledge(attempt);
        if (uncommitted.containsKey(attempt) || running.putIfAbsent(attempt, execution) != null) {
            return;
        }
        Thread.ofVirtual()
                .name(assignment.getTask() + " " + assignment.getName())
                .start(() -> run(execution, received));
    }

    private void run(RunningExecution execution, long received) {
        long servedBefore = begun.getAndIncrement();
        long age = ChronoUnit.MILLIS.between(bornAt, clock.instant());
        // The thread is this execution's own, so nothing has to be set back: what the task sets ends with it.
        Thread.currentThread().setContextClassLoader(tasks.loader());
        execution.runsOn(Thread.currentThread());
        CapturedOutput.putBack();
        long started = System.nanoTime();
        Report.Builder report = Report.newBuilder()
                .setAttempt(execution.attempt())
                .setStartedAfterMicros(TimeUnit.NANOSECONDS.toMicros(started - received))
                .setReplicaAgeMillis(age)
                .setServedBefore(servedBefore);
        try {
            byte[] output = ScopedValue.where(Execution.CURRENT, execution).call(() -> call(execution.assignment()));
            report.setOutput(
                    Output.newBuilder().setValue(ByteString.copyFrom(output)).setMediaType(JSON));
        } catch (Throwable fault) {
            report.setFailure(Failures.of(fault, execution.cancelled()));
        } finally {
            report.setRanMicros(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - started));
            end(execution, report);
        }
    }

    /** Nothing may skip this: without a report the action would run for ever, and its slot would be lost. */
    private void end(RunningExecution execution, Report.Builder report) {
        try {
            execution.printed().finish();
        } finally {
            report(execution.attempt(), report.build());
        }
    }

    /**
     * A task has called System.exit, or work that it handed to other threads: it fails, and with it the process ends. Its thread does
     * not come back from the call.
     */
    void exited(RunningExecution execution, String call) {
        RefusedException fault = new RefusedException(
                ErrorCode.SYSTEM_EXIT,
                "it ended its replica (" + call
                        + "): System.exit ends the process with all that runs in it; return, or throw");
        end(
                execution,
                Report.newBuilder()
                        .setAttempt(execution.attempt())
                        .setFailure(Failures.of(fault, execution.cancelled())));
    }

    private void report(AttemptRef attempt, Report finished) {
        if (!running.containsKey(attempt)) {
            return; // ended already, by System.exit
        }
        uncommitted.put(attempt, finished);
        running.remove(attempt);
        outbox.report(finished);
        if (finished.getFailure().getCode().equals(ErrorCode.OUT_OF_MEMORY)) {
            memoryLossTold.accept(attempt);
        }
    }

    /** Whom to tell that a task ran out of memory, once its report is under way: the process is not to be trusted then. */
    void onOutOfMemory(Consumer<AttemptRef> listener) {
        memoryLossTold = listener;
    }

    /** Whether the control plane has confirmed the report of this attempt. */
    boolean isCommitted(AttemptRef attempt) {
        return !uncommitted.containsKey(attempt);
    }

    private byte[] call(Assignment assignment) throws Exception {
        Task<?, ?> task = tasks.find(assignment.getEnvironment(), assignment.getTask())
                .orElseThrow(() -> new RefusedException(
                        ErrorCode.UNKNOWN_TASK,
                        "this replica hosts no task " + assignment.getEnvironment() + "/" + assignment.getTask()));
        return call(task, assignment.getInput().toByteArray());
    }

    private static <I, O> byte[] call(Task<I, O> task, byte[] json) throws Exception {
        I input;
        try {
            input = Json.read(json, task.inputType());
        } catch (JacksonException e) {
            throw new RefusedException(ErrorCode.INVALID_INPUT, task + " cannot read its input: " + ExactJson.words(e));
        }
        byte[] output = Json.write(task.runHere(input));
        if (output.length > MOST_PAYLOAD_BYTES) {
            throw new RefusedException(
                    ErrorCode.TOO_LARGE,
                    "the output of " + task + " has " + output.length + " bytes of JSON, at most 32 MiB are allowed");
        }
        return output;
    }

    void cancel(AttemptRef attempt) {
        RunningExecution execution = running.get(attempt);
        if (execution != null) {
            execution.cancel();
        }
    }

    /** What tasks have begun to print, and not ended, is told too. May wait for the stream. */
    void sendBegunLines() {
        running.values().forEach(execution -> execution.printed().sendBegun());
    }

    /** The control plane no longer counts on this attempt. */
    void forget(AttemptRef attempt) {
        uncommitted.remove(attempt);
        cancel(attempt);
    }

    void committed(AttemptRef attempt) {
        uncommitted.remove(attempt);
    }

    void childEnded(ChildResult result) {
        RunningExecution parent = running.get(result.getParent());
        if (parent != null) {
            parent.childEnded(result);
        }
    }

    /** What a hello lists: what runs, and what has ended without a committed report. */
    List<AttemptRef> held() {
        List<AttemptRef> held = new ArrayList<>(running.keySet());
        held.addAll(uncommitted.keySet());
        return held;
    }

    /** On a new stream: all that the old one may have lost. */
    void sayAgain() {
        running.values().forEach(RunningExecution::sayAgain);
        uncommitted.values().forEach(outbox::report);
    }

    long begun() {
        return begun.get();
    }

    int running() {
        return running.size();
    }

    int parked() {
        return (int) running.values().stream().filter(RunningExecution::parked).count();
    }

    /** Nothing is left that is worth waiting for; what was told to stop is not. */
    boolean isIdle() {
        return uncommitted.isEmpty() && running.values().stream().allMatch(RunningExecution::cancelled);
    }

    /** Of what a hello lists, what has waited for children. */
    List<Waited> waited() {
        return running.values().stream()
                .flatMap(execution -> execution.waited().stream())
                .toList();
    }

    /** Of what a hello lists, what has ended. */
    List<AttemptRef> ended() {
        return List.copyOf(uncommitted.keySet());
    }
}
