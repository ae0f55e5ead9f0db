package dev.hearth.worker;

import com.google.protobuf.ByteString;
import dev.hearth.api.Overrides;
import dev.hearth.model.ErrorCode;
import dev.hearth.sdk.Execution;
import dev.hearth.sdk.Json;
import dev.hearth.sdk.TaskContext;
import dev.hearth.sdk.TaskFailed;
import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.ChildSubmit;
import dev.hearth.wire.Failure;
import dev.hearth.wire.Waited;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A task that runs: its children, whether it waits for them, and what it prints. */
final class RunningExecution implements Execution {
    private static final String JSON = "application/json";

    private record Child(ChildSubmit submit, CompletableFuture<byte[]> output) {}

    private final Assignment assignment;
    private final Outbox outbox;
    private final TaskContext context;
    private final ChildNames names;
    private final Map<String, Child> children = new ConcurrentHashMap<>();
    private final PrintedLines printed;
    private volatile @Nullable Thread thread;
    private volatile boolean parked;
    private boolean hasParked;
    private long parkedSince;
    private long waitedNanos;
    private volatile boolean cancelled;

    RunningExecution(Assignment assignment, long replica, Outbox outbox, PrintedLines printed) {
        this.assignment = assignment;
        this.outbox = outbox;
        this.context = new TaskContext(
                assignment.getRun(), assignment.getName(), assignment.getNumber(), Long.toString(replica));
        this.names = new ChildNames(assignment.getName());
        this.printed = printed;
    }

    Assignment assignment() {
        return assignment;
    }

    AttemptRef attempt() {
        return assignment.getAttempt();
    }

    PrintedLines printed() {
        return printed;
    }

    /** The thread that runs the task; only its waiting sets the slot free. */
    void runsOn(Thread runner) {
        thread = runner;
        if (cancelled) {
            runner.interrupt();
        }
    }

    void cancel() {
        cancelled = true;
        Thread runner = thread;
        if (runner != null) {
            runner.interrupt();
        }
    }

    boolean cancelled() {
        return cancelled;
    }

    boolean parked() {
        return parked;
    }

    @Override
    public TaskContext context() {
        return context;
    }

    @Override
    public CompletableFuture<byte[]> startChild(
            String environment, String task, byte[] input, @Nullable Overrides overrides) {
        if (input.length > Executions.MOST_PAYLOAD_BYTES) {
            throw new TaskFailed(
                    task,
                    ErrorCode.TOO_LARGE,
                    "its input has " + input.length + " bytes of JSON, at most 32 MiB are allowed",
                    null,
                    null);
        }
        String name = names.next(environment, task, input);
        ChildSubmit submit = ChildSubmit.newBuilder()
                .setParent(attempt())
                .setName(name)
                .setEnvironment(environment)
                .setTask(task)
                .setInput(ByteString.copyFrom(input))
                .setMediaType(JSON)
                .setOverrides(overrides == null ? "" : new String(Json.write(overrides), StandardCharsets.UTF_8))
                .build();
        CompletableFuture<byte[]> output = new CompletableFuture<>();
        children.put(name, new Child(submit, output));
        outbox.submit(submit);
        return output;
    }

    void childEnded(ChildResult result) {
        Child child = children.remove(result.getName());
        if (child == null) {
            return;
        }
        if (result.hasOutput()) {
            child.output().complete(result.getOutput().getValue().toByteArray());
        } else {
            Failure failure = result.getFailure();
            child.output()
                    .completeExceptionally(new TaskFailed(
                            child.submit().getTask(),
                            failure.getCode(),
                            failure.getMessage(),
                            failure.getDetails().isEmpty() ? null : failure.getDetails(),
                            null));
        }
    }

    /** On a new stream: what this execution still waits for. The control plane finds children that it knows by name. */
    synchronized void sayAgain() {
        children.values().forEach(child -> outbox.submit(child.submit()));
        if (hasParked) {
            outbox.repeatParking(attempt(), parked);
        }
    }

    @Override
    public byte[] await(CompletableFuture<byte[]> child) {
        boolean parks = !child.isDone() && Thread.currentThread() == thread;
        if (parks) {
            park(true);
        }
        try {
            return child.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TaskFailed(
                    assignment.getTask(), ErrorCode.CANCELLED, "interrupted while it waited for a child", null, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TaskFailed failed) {
                // Made anew for the frames of the caller; those of the stream's thread would tell nothing.
                throw new TaskFailed(
                        failed.task(), failed.code(), failed.reason(), failed.details(), failed.getCause());
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            if (parks) {
                park(false);
            }
        }
    }

    /** How long it has waited for children, if it has. */
    synchronized Optional<Waited> waited() {
        if (!hasParked) {
            return Optional.empty();
        }
        long nanos = waitedNanos + (parked ? System.nanoTime() - parkedSince : 0);
        return Optional.of(Waited.newBuilder()
                .setAttempt(attempt())
                .setMillis(TimeUnit.NANOSECONDS.toMillis(nanos))
                .build());
    }

    private synchronized void park(boolean park) {
        if (park) {
            parkedSince = System.nanoTime();
        } else {
            waitedNanos += System.nanoTime() - parkedSince;
        }
        parked = park;
        hasParked = true;
        outbox.park(attempt(), park);
    }
}
