package dev.hearth.worker;

import com.google.protobuf.ByteString;
import dev.hearth.model.ErrorCode;
import dev.hearth.sdk.Execution;
import dev.hearth.sdk.Json;
import dev.hearth.sdk.NonRetryable;
import dev.hearth.sdk.Task;
import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.Failure;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Output;
import dev.hearth.wire.Report;
import java.io.PrintWriter;
import java.io.StringWriter;
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
    private static final int LONGEST_MESSAGE = 8 << 10;
    private static final int LONGEST_DETAILS = 64 << 10;

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
                (line, error) -> outbox.log(LogLine.newBuilder()
                        .setAttempt(attempt)
                        .setEpochMicros(ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()))
                        .setText(line)
                        .setErrorStream(error)
                        .build()),
                outbox::mostLogBytes);
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
        execution.runsOn(Thread.currentThread());
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
            report.setFailure(failure(execution, fault));
        }
        report.setRanMicros(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - started));
        execution.printed().finish();
        Report finished = report.build();
        uncommitted.put(execution.attempt(), finished);
        running.remove(execution.attempt());
        outbox.report(finished);
        if (finished.getFailure().getCode().equals(ErrorCode.OUT_OF_MEMORY)) {
            memoryLossTold.accept(execution.attempt());
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
            throw new RefusedException(
                    ErrorCode.INVALID_INPUT, task + " cannot read its input: " + e.getOriginalMessage());
        }
        byte[] output = Json.write(task.runHere(input));
        if (output.length > MOST_PAYLOAD_BYTES) {
            throw new RefusedException(
                    ErrorCode.TOO_LARGE,
                    "the output of " + task + " has " + output.length + " bytes of JSON, at most 32 MiB are allowed");
        }
        return output;
    }

    private static Failure failure(RunningExecution execution, Throwable fault) {
        String code = switch (fault) {
            case RefusedException refused -> refused.code();
            case OutOfMemoryError outOfMemory -> ErrorCode.OUT_OF_MEMORY;
            case NonRetryable nonRetryable -> nonRetryable.code();
            default -> execution.cancelled() ? ErrorCode.CANCELLED : ErrorCode.USER;
        };
        StringWriter stack = new StringWriter();
        fault.printStackTrace(new PrintWriter(stack));
        String message = fault instanceof RefusedException ? String.valueOf(fault.getMessage()) : fault.toString();
        return Failure.newBuilder()
                .setCode(code)
                .setMessage(cut(message, LONGEST_MESSAGE))
                .setDetails(cut(stack.toString(), LONGEST_DETAILS))
                .setNonRetryable(fault instanceof NonRetryable)
                .build();
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + " ...";
    }

    void cancel(AttemptRef attempt) {
        RunningExecution execution = running.get(attempt);
        if (execution != null) {
            execution.cancel();
        }
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

    /** Of what a hello lists, what has ended. */
    List<AttemptRef> ended() {
        return List.copyOf(uncommitted.keySet());
    }

    /** The worker itself refuses to run something. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String code;

        RefusedException(String code, String message) {
            super(message);
            this.code = code;
        }

        String code() {
            return code;
        }
    }
}
