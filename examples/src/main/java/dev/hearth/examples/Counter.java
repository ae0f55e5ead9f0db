package dev.hearth.examples;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TaskContext;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Shows that a replica keeps its state: each process counts the calls that it has served. */
public final class Counter {
    private static final AtomicInteger CALLS = new AtomicInteger();

    public static final Environment ENV =
            Environment.named("counter").resources("500m", "256Mi").reuse(ReusePolicy.replicas(2));

    public record Count(String replica, long pid, int count) {}

    public static final Task<@Nullable Void, Count> NEXT = ENV.task(
            "next",
            Count.class,
            () -> new Count(
                    TaskContext.current().map(TaskContext::replica).orElse("none"),
                    ProcessHandle.current().pid(),
                    CALLS.incrementAndGet()));

    private Counter() {}
}
