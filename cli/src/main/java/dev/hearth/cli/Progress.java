package dev.hearth.cli;

import dev.hearth.api.RunView;
import dev.hearth.model.ActionPhase;
import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** Waits for a run. On a terminal it draws a bar of the run's actions by phase. */
final class Progress {
    private static final int WIDTH = 30;
    private static final Duration REDRAW = Duration.ofMillis(150);
    private static final String CLEAR_LINE = "\r\u001b[2K";

    private Progress() {}

    static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    static RunView until(Rest rest, String run, PrintWriter out) {
        long start = System.nanoTime();
        boolean draws = isTerminal();
        String path = "/api/v1/runs/" + run + "?wait=" + (draws ? REDRAW.toMillis() + "ms" : "30s");
        RunView view = rest.get(path, RunView.class);
        while (!view.phase().isTerminal()) {
            if (draws) {
                out.print(CLEAR_LINE + bar(view.actions(), Duration.ofNanos(System.nanoTime() - start)));
                out.flush();
            }
            view = rest.get(path, RunView.class);
        }
        if (draws) {
            out.println(CLEAR_LINE + bar(view.actions(), Duration.ofNanos(System.nanoTime() - start)));
        }
        return view;
    }

    static String bar(Map<ActionPhase, Integer> actions, Duration elapsed) {
        int total = actions.values().stream().mapToInt(Integer::intValue).sum();
        int ended = actions.entrySet().stream()
                .filter(entry -> entry.getKey().isTerminal())
                .mapToInt(Map.Entry::getValue)
                .sum();
        int filled = total == 0 ? 0 : WIDTH * ended / total;
        StringBuilder line = new StringBuilder("[")
                .append("\u2588".repeat(filled))
                .append("\u00b7".repeat(WIDTH - filled))
                .append("] ")
                .append(ended)
                .append('/')
                .append(total);
        actions.forEach((phase, count) -> line.append("  ")
                .append(count)
                .append(' ')
                .append(phase.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        return line.append(String.format(Locale.ROOT, "  %.1f s", elapsed.toMillis() / 1_000.0))
                .toString();
    }
}
