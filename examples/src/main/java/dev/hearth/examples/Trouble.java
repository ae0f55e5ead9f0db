package dev.hearth.examples;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.NonRetryable;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TaskContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Tasks that fail in every way that a task can, and what becomes of them and of their neighbours. */
public final class Trouble {
    public static final Environment ENV = Environment.named("trouble")
            .resources("1", "128Mi")
            .reuse(ReusePolicy.replicas(1, 3).concurrency(21).idleTtl(ofSeconds(30)));

    public record Failures(int first) {}

    public record Time(int millis) {}

    /** Fails so often, then answers in which attempt it succeeded. */
    public static final Task<Failures, Integer> FLAKY = ENV.task("flaky", Failures.class, Integer.class, in -> {
                int attempt = TaskContext.current().map(TaskContext::attempt).orElse(Integer.MAX_VALUE);
                if (attempt <= in.first()) {
                    throw new IllegalStateException("attempt " + attempt + " of " + in.first() + " that fail");
                }
                return attempt;
            })
            .retries(3)
            .backoff(ofMillis(20), ofMillis(100));

    /** Another try cannot help: its retries are not used. */
    public static final Task<@Nullable Void, Integer> DECLINED = ENV.<Integer>task("declined", Integer.class, () -> {
                throw new NonRetryable("CARD_DECLINED", "the bank said no", null);
            })
            .retries(3);

    /** Takes so long, or as long as it is allowed to. */
    public static final Task<Time, Integer> SLOW = ENV.task("slow", Time.class, Integer.class, in -> {
                Thread.sleep(in.millis());
                return in.millis();
            })
            .timeout(ofSeconds(30));

    /** Does not listen to interruption. */
    public static final Task<Time, Integer> DEAF = ENV.task("deaf", Time.class, Integer.class, in -> {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(in.millis());
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return in.millis();
    });

    /** What a shell is to do, and whether the task then goes on and on. */
    public record Brood(String script, boolean stays) {}

    /** Starts processes and ends none. Does not listen to interruption. */
    public static final Task<Brood, Long> BROOD = ENV.task("brood", Brood.class, Long.class, in -> {
        Process shell = new ProcessBuilder("/bin/sh", "-c", in.script()).start();
        while (in.stays()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        return shell.pid();
    });

    /** Eats all memory that there is. */
    public static final Task<@Nullable Void, Integer> HUNGRY = ENV.task("hungry", Integer.class, () -> {
        Deque<byte[]> eaten = new ArrayDeque<>();
        while (eaten.size() < Integer.MAX_VALUE) {
            eaten.add(new byte[1 << 20]);
        }
        return eaten.size();
    });

    /** Takes its process along. */
    public static final Task<@Nullable Void, Integer> DEADLY = ENV.task("deadly", Integer.class, () -> {
        Runtime.getRuntime().halt(1);
        return 0;
    });

    private Trouble() {}
}
