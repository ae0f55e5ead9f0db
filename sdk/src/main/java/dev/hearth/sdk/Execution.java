package dev.hearth.sdk;

import dev.hearth.api.Overrides;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What hosts a running task: the seam between the SDK and a worker. Programs that declare tasks do not need it.
 *
 * <p>It is bound to the thread that runs the task and to threads whose work was wrapped by {@link TaskContext#wrap}. It is not
 * inherited: a warm process keeps thread pools between executions, and their threads must not stay in the first one.
 */
public interface Execution {
    /** Bound while a task runs. */
    ScopedValue<Execution> CURRENT = ScopedValue.newInstance();

    TaskContext context();

    /** Starts a child; the future ends with its output as JSON, or with {@link TaskFailed}. */
    CompletableFuture<byte[]> startChild(String environment, String task, byte[] input, @Nullable Overrides overrides);

    /** Waits for a child; the slot of the task is free meanwhile. */
    byte[] await(CompletableFuture<byte[]> child);

    /** Runs work as this execution. */
    default <T> T within(Callable<T> work) throws Exception {
        return ScopedValue.where(CURRENT, this).call(work::call);
    }

    /**
     * The execution of this thread.
     *
     * @throws IllegalStateException in a replica, on a thread that belongs to no execution
     */
    static Optional<Execution> current() {
        if (CURRENT.isBound()) {
            return Optional.of(CURRENT.get());
        }
        if (Hosting.inReplica()) {
            throw new IllegalStateException("a task was called in a replica by a thread that belongs to no execution; "
                    + "hand work to other threads through TaskContext.wrap(..)");
        }
        return Optional.empty();
    }
}
