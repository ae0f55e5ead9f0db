package dev.hearth.worker;

import dev.hearth.sdk.Execution;
import java.util.function.BiConsumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears which task calls {@code System.exit}: Java tells a logger of its own, on the thread that calls, before the process ends. */
final class ExitWatch extends Handler {
    /** Kept, because Java forgets the settings of loggers that nobody holds. */
    private static final Logger JAVAS = Logger.getLogger("java.lang.Runtime");

    private final BiConsumer<RunningExecution, String> told;

    private ExitWatch(BiConsumer<RunningExecution, String> told) {
        this.told = told;
    }

    /** After logging has been set up. @param told takes who called, and what Java says of it */
    static void install(BiConsumer<RunningExecution, String> told) {
        JAVAS.setLevel(Level.FINE);
        JAVAS.setUseParentHandlers(false);
        JAVAS.addHandler(new ExitWatch(told));
    }

    @Override
    public void publish(LogRecord call) {
        if (Execution.CURRENT.isBound() && Execution.CURRENT.get() instanceof RunningExecution execution) {
            told.accept(execution, call.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
