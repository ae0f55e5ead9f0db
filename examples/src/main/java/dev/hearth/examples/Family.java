package dev.hearth.examples;

import static java.time.Duration.ofSeconds;
import static java.util.stream.IntStream.range;

import dev.hearth.examples.Sleeper.Nap;
import dev.hearth.examples.Sleeper.Naps;
import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TaskContext;
import java.time.DayOfWeek;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /** What has no order that outlives its process. */
    public record Label(int index, Set<String> tags, Set<DayOfWeek> days, Map<DayOfWeek, String> hours) {}

    public static final Task<Label, Integer> LABEL = ENV.task("label", Label.class, Integer.class, Label::index);

    /** Writes n labels and answers how many; in its first attempt it rests then. */
    public static final Task<Naps, Integer> LABELS = ENV.task("labels", Naps.class, Integer.class, in -> {
        Set<DayOfWeek> days = new HashSet<>(List.of(DayOfWeek.values()));
        Map<DayOfWeek, String> hours = new HashMap<>();
        days.forEach(day -> hours.put(day, "9 to 5"));
        int written = LABEL.map(range(0, in.n())
                        .mapToObj(i -> new Label(i, Set.of("a", "b", "c", "d", "e", "f", "g", "h"), days, hours)))
                .size();
        if (TaskContext.current().map(TaskContext::attempt).orElse(1) == 1) {
            Thread.sleep(in.millis());
        }
        return written;
    });

    private Family() {}
}
