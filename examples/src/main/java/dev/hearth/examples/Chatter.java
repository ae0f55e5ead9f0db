package dev.hearth.examples;

import static java.time.Duration.ofSeconds;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks that print: each execution has a log of its own, however many share the process. */
public final class Chatter {
    private static final Logger log = LoggerFactory.getLogger(Chatter.class);

    public static final Environment ENV = Environment.named("chatter")
            .resources("1", "256Mi")
            .reuse(ReusePolicy.replicas(1).concurrency(100).idleTtl(ofSeconds(30)));

    public record Talk(String tag, int lines, int pauseMillis) {}

    public record Flood(int megabytes) {}

    /** Prints lines with its tag: over standard output, standard error and SLF4J in turn, whole and in pieces. */
    public static final Task<Talk, Integer> TALK = ENV.task("talk", Talk.class, Integer.class, in -> {
        for (int i = 0; i < in.lines(); i++) {
            switch (i % 4) {
                case 0 -> System.out.println(in.tag() + " line " + i);
                case 1 -> System.err.printf("%s line %d%n", in.tag(), i);
                case 2 -> log.info("{} line {}", in.tag(), i);
                default -> spell(in.tag() + " line " + i + "\n");
            }
            Thread.sleep(in.pauseMillis());
        }
        return in.lines();
    });

    /** Character by character, so that others print in between. */
    private static void spell(String text) {
        for (char each : text.toCharArray()) {
            System.out.print(each);
            Thread.yield();
        }
    }

    /** Prints the time, again and again. */
    public static final Task<Talk, Integer> TICK = ENV.task("tick", Talk.class, Integer.class, in -> {
        for (int i = 0; i < in.lines(); i++) {
            System.out.println(in.tag() + " " + Instant.now());
            Thread.sleep(in.pauseMillis());
        }
        return in.lines();
    });

    /** Prints so many megabytes, as lines of a thousand characters. */
    public static final Task<Flood, Integer> FLOOD = ENV.task("flood", Flood.class, Integer.class, in -> {
        String line = "x".repeat(999);
        for (int i = 0; i < in.megabytes() * 1_000; i++) {
            System.out.println(line);
        }
        return in.megabytes();
    });

    private Chatter() {}
}
