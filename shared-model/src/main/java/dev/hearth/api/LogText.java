package dev.hearth.api;

import org.jspecify.annotations.Nullable;

/**
 * Puts what an execution printed together again, piece by piece, so that it reads in a terminal as it did where it was printed:
 * what goes on stands behind what it goes on from, and a progress bar stays in its line. Not thread-safe.
 */
public final class LogText {
    private final boolean timestamps;
    private @Nullable LogLineView open;

    /** @param timestamps begin each line with its time and its stream; each state of a line that is replaced is one then */
    public LogText(boolean timestamps) {
        this.timestamps = timestamps;
    }

    private boolean goesOn(LogLineView next) {
        return open != null && open.stream().equals(next.stream()) && open.attempt() == next.attempt();
    }

    /** What to print for this piece, after all that was answered before. */
    public String next(LogLineView piece) {
        boolean goesOn = goesOn(piece);
        boolean replaces = piece.line().startsWith(LogLineView.REPLACES);
        String text = replaces ? piece.line().substring(1) : piece.line();
        String before = "";
        if (goesOn && replaces) {
            before = timestamps ? "\n" : LogLineView.REPLACES;
        } else if (!goesOn && open != null) {
            before = "\n";
        }
        String mark = timestamps && (replaces || !goesOn) ? piece.time() + " " + piece.stream() + " " : "";
        open = piece.open() ? piece : null;
        return before + mark + text + (piece.open() ? "" : "\n");
    }

    /** Ends a line that nothing came to end. */
    public String end() {
        String end = open == null ? "" : "\n";
        open = null;
        return end;
    }
}
