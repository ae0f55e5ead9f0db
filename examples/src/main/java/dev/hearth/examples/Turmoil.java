package dev.hearth.examples;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static java.util.stream.LongStream.range;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * The load of the fault harness: parents with leaves whose every result follows from a seed, so that a lost or changed one is
 * found. Each leaf leaves a line in the file that TURMOIL_EFFECTS names: its effect.
 */
public final class Turmoil {
    private static final String EFFECTS = "TURMOIL_EFFECTS";
    private static final int LARGE = 100_000;

    public static final int SLOTS = 8;

    public static final Environment PARENTS = Environment.named("turmoil")
            .resources("500m", "192Mi")
            .reuse(ReusePolicy.replicas(1, 2).concurrency(10).idleTtl(ofSeconds(120)));

    public static final Environment LEAVES = Environment.named("turmoil-leaf")
            .resources("500m", "192Mi")
            .reuse(ReusePolicy.replicas(1, 3).concurrency(SLOTS).idleTtl(ofSeconds(120)));

    public record Family(long seed, int leaves) {}

    public record Twig(long seed, String ballast) {}

    public record Fruit(long value, String ballast) {}

    /** Takes up to 300 ms; every tenth carries a large input and output, another tenth fails at first. */
    public static final Task<Twig, Fruit> LEAF = LEAVES.task("leaf", Twig.class, Fruit.class, in -> {
                TaskContext context = TaskContext.current().orElseThrow();
                SplittableRandom random = new SplittableRandom(in.seed());
                Thread.sleep(random.nextInt(1, 300));
                effect(context);
                System.out.println("leaf " + in.seed() + " in attempt " + context.attempt());
                if (Math.floorMod(in.seed(), 10) == 3 && context.attempt() == 1) {
                    throw new IllegalStateException("the first attempt of this leaf always fails");
                }
                return new Fruit(valueOf(in.seed()), in.ballast());
            })
            .retries(5)
            .backoff(ofMillis(50), ofMillis(500));

    /** Answers the sum of its leaves' values; fails if one has lost its ballast. */
    public static final Task<Family, Long> GROW = PARENTS.task(
            "grow",
            Family.class,
            Long.class,
            in -> LEAF.map(range(0, in.leaves()).mapToObj(i -> twig(in.seed() + i))).stream()
                    .mapToLong(Fruit::value)
                    .sum());

    private Turmoil() {}

    public static Twig twig(long seed) {
        return new Twig(seed, Math.floorMod(seed, 10) == 7 ? Long.toString(seed).repeat(LARGE / 10) : "");
    }

    /** What a leaf of this seed answers. */
    public static long valueOf(long seed) {
        return new SplittableRandom(seed).nextLong(1L << 40);
    }

    /** What a family answers. */
    public static long expected(Family family) {
        return range(0, family.leaves()).map(i -> valueOf(family.seed() + i)).sum();
    }

    private static void effect(TaskContext context) throws IOException {
        String file = System.getenv(EFFECTS);
        if (file != null) {
            Files.writeString(
                    Path.of(file),
                    context.run() + " " + context.action() + " " + context.attempt() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
