package dev.hearth.examples;

import dev.hearth.model.Recycle;
import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TaskContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A task that never lets go of its memory, and the guard rail against it: its replica is replaced before it is full. */
public final class Hoarder {
    private static final Queue<byte[]> HOARD = new ConcurrentLinkedQueue<>();

    public static final Environment ENV = Environment.named("hoarder")
            .resources("500m", "512Mi")
            .reuse(ReusePolicy.replicas(1).recycle(Recycle.NEVER.aboveHeap("100Mi")));

    public record Amount(int mebibytes) {}

    public record Held(String replica, int mebibytes) {}

    /** Keeps so much more, and answers how much its replica holds by now. */
    public static final Task<Amount, Held> HOARD_MORE = ENV.task("hoard", Amount.class, Held.class, in -> {
        HOARD.add(new byte[in.mebibytes() << 20]);
        int held = HOARD.stream().mapToInt(bytes -> bytes.length >> 20).sum();
        return new Held(TaskContext.current().map(TaskContext::replica).orElse("none"), held);
    });

    private Hoarder() {}
}
