package dev.hearth.examples;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.util.stream.IntStream.range;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Task;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Ten calls, one after the other, that share two warm replicas. */
public final class ReusableEnv {
    public static final Environment ENV = Environment.named("reusable-env")
            .resources("500m", "1Gi")
            .reuse(ReusePolicy.replicas(2) // two replicas
                    .concurrency(1) // one execution at a time in each
                    .scaledownTtl(ofMinutes(10)) // a single replica goes after ten idle minutes
                    .idleTtl(ofHours(1))); // all go after an hour without work

    public record X(int x) {}

    public static final Task<X, Integer> COMPUTE_TASK =
            ENV.task("compute_task", X.class, Integer.class, in -> in.x() * in.x());

    public static final Task<@Nullable Void, int[]> MAIN = ENV.task(
            "main",
            int[].class,
            () -> range(0, 10).map(i -> COMPUTE_TASK.call(new X(i))).toArray());

    private ReusableEnv() {}

    public static void main(String[] args) {
        try (Hearth hearth = Hearth.connect()) {
            System.out.println(Arrays.toString(hearth.run(MAIN, null).await()));
        }
    }
}
