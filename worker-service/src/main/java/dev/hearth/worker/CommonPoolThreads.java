package dev.hearth.worker;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;

/**
 * The threads behind parallel streams and {@code CompletableFuture.supplyAsync}. They belong to the process and inherit nothing
 * from the task that makes work for them; this gives them the loader of the code that the process hosts. Public because Java makes it by its name.
 */
public final class CommonPoolThreads implements ForkJoinPool.ForkJoinWorkerThreadFactory {
    private static final String PROPERTY = "java.util.concurrent.ForkJoinPool.common.threadFactory";

    private static volatile ClassLoader loader = CommonPoolThreads.class.getClassLoader();

    /** Before anything uses the pool: Java asks for the factory once. */
    static void install() {
        System.setProperty(PROPERTY, CommonPoolThreads.class.getName());
    }

    /** Threads that are made from now on find this code. */
    static void serve(ClassLoader hosted) {
        loader = hosted;
    }

    @Override
    public ForkJoinWorkerThread newThread(ForkJoinPool pool) {
        ForkJoinWorkerThread thread = new PoolThread(pool);
        thread.setContextClassLoader(loader);
        return thread;
    }

    private static final class PoolThread extends ForkJoinWorkerThread {
        PoolThread(ForkJoinPool pool) {
            super(null, pool, false);
        }
    }
}
