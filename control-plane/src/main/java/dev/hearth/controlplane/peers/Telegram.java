package dev.hearth.controlplane.peers;

import dev.hearth.controlplane.signals.News;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One notification as it travels: sender, kinds and runs, a line each. {@code *} stands for all runs. Well below the 8000
 * bytes that PostgreSQL takes. Kinds that the receiver does not know are passed over.
 *
 * @param sender drawn by each life of a control plane
 */
record Telegram(String sender, News.Gathered news) {
    private static final String ALL = "*";

    String write() {
        String kinds = news.kinds().stream().map(Enum::name).sorted().collect(Collectors.joining(" "));
        String runs = news.allRuns() ? ALL : String.join(" ", new TreeSet<>(news.runs()));
        return sender + "\n" + kinds + "\n" + runs;
    }

    static Telegram read(String text) {
        String[] lines = text.split("\n", -1);
        Set<String> kinds = words(lines, 1);
        Set<String> runs = words(lines, 2);
        boolean all = runs.contains(ALL);
        return new Telegram(
                lines[0],
                new News.Gathered(
                        Arrays.stream(News.Kind.values())
                                .filter(kind -> kinds.contains(kind.name()))
                                .collect(Collectors.toUnmodifiableSet()),
                        all ? Set.of() : runs,
                        all));
    }

    private static Set<String> words(String[] lines, int line) {
        return lines.length <= line
                ? Set.of()
                : Stream.of(lines[line].split(" "))
                        .filter(word -> !word.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }
}
