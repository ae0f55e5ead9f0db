package dev.hearth.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "chaos",
        description = {
            "Break a PostgreSQL, two control planes and their replicas while they work, then prove from the history that nothing was"
                    + " lost. Everything is started for it and ended after it.",
            "Exit status: 0 = no violation, 1 = violations."
        },
        mixinStandardHelpOptions = true)
final class ChaosCommand implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final int LARGEST_DRAWN_SEED = 1_000_000;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "How long, e.g. 90s, 10m, 1h. Default 10m.")
    private String length = "10m";

    @Option(names = "--seed", description = "The same seed strikes the same way. Default: drawn, and printed.")
    private @Nullable Long seed;

    @Option(names = "--plan", description = "Only say what would strike when.")
    private boolean planOnly;

    @Override
    public Integer call() throws Exception {
        long drawn = seed == null ? ThreadLocalRandom.current().nextInt(LARGEST_DRAWN_SEED) : seed;
        Installation installation = Installation.find();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        installation.benchmarks(),
                        "dev.hearth.benchmarks.chaos.Chaos",
                        planOnly ? "--plan" : installation.serverJar().toString(),
                        Long.toString(time().toSeconds()),
                        Long.toString(drawn))
                .inheritIO()
                .start()
                .waitFor();
    }

    private Duration time() {
        try {
            Duration time = Duration.parse("PT" + length.toUpperCase(Locale.ROOT));
            if (time.compareTo(SHORTEST) >= 0) {
                return time;
            }
        } catch (DateTimeParseException e) {
            // Answered below, like a time that is too short.
        }
        throw new UsageException("--for must be a time of at least 10s, such as 90s, 10m or 1h; it was " + length);
    }
}
