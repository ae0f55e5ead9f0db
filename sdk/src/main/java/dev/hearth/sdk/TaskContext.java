package dev.hearth.sdk;

import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Where the running task stands.
 *
 * @param run name of the run
 * @param action name of the action, unique in the run; {@code a0} is the root
 * @param attempt number of this try, from 1
 * @param replica id of the replica that runs it
 */
public record TaskContext(String run, String action, int attempt, String replica) {

    /** Empty when the task runs as a plain function, outside of a replica. */
    public static Optional<TaskContext> current() {
        return Execution.CURRENT.isBound() ? Optional.of(Execution.CURRENT.get().context()) : Optional.empty();
    }

    /**
     * Makes work belong to the running task, whatever thread runs it: it may call tasks, its output is the task's, and the context
     * class loader is that of the thread that wraps it.
     */
    public static <T> Callable<T> wrap(Callable<T> work) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return Execution.current()
                .<Callable<T>>map(execution -> () -> execution.within(() -> with(loader, work)))
                .orElse(work);
    }

    private static <T> T with(ClassLoader loader, Callable<T> work) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return work.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
