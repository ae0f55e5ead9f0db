package dev.hearth.examples;

import static java.time.Duration.ofSeconds;
import static java.util.stream.IntStream.range;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;

/** Tasks that take time, for watching a pool grow and shrink. */
public final class Sleeper {
    public static final Environment ENV = Environment.named("sleeper")
            .resources("500m", "256Mi")
            .reuse(ReusePolicy.replicas(1, 4).scaledownTtl(ofSeconds(2)).idleTtl(ofSeconds(10)));

    public record Nap(int index, int millis) {}

    public record Naps(int n, int millis) {}

    /** Sleeps and answers how long. */
    public static final Task<Nap, Integer> NAP = ENV.task("nap", Nap.class, Integer.class, in -> {
        Thread.sleep(in.millis());
        return in.millis();
    });

    /** Starts n naps and answers how many were finished. */
    public static final Task<Naps, Integer> NAPS = ENV.task(
            "naps",
            Naps.class,
            Integer.class,
            in -> NAP.map(range(0, in.n()).mapToObj(i -> new Nap(i, in.millis())))
                    .size());

    private Sleeper() {}
}
