package dev.hearth.examples;

import static java.time.Duration.ofSeconds;
import static java.util.stream.IntStream.range;

import dev.hearth.examples.Sleeper.Nap;
import dev.hearth.examples.Sleeper.Naps;
import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;

/** A parent that lives in another pool than its children, the naps of {@link Sleeper}. */
public final class Family {
    public static final Environment ENV = Environment.named("family")
            .resources("1", "512Mi")
            .reuse(ReusePolicy.replicas(1).concurrency(10).idleTtl(ofSeconds(60)));

    /** Starts n naps in the other environment and answers how many were finished. */
    public static final Task<Naps, Integer> GATHER = ENV.task(
            "gather",
            Naps.class,
            Integer.class,
            in -> Sleeper.NAP
                    .map(range(0, in.n()).mapToObj(i -> new Nap(i, in.millis())))
                    .size());

    private Family() {}
}
