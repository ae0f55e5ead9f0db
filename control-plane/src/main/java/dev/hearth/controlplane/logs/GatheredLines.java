package dev.hearth.controlplane.logs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Lines of one attempt that wait to be written, cut into chunks that a reader can hold. Not thread-safe. */
final class GatheredLines {
    /** A chunk is closed when it has so many; the longest line that a replica sends comes on top. */
    private static final int CHUNK_CHARS = 64 << 10;

    private final long action;
    private final int attempt;
    private final List<LogStore.Chunk> closed = new ArrayList<>();
    private final StringBuilder lines = new StringBuilder();
    private final List<LineMark> marks = new ArrayList<>();
    private int chars;
    private int lost;

    GatheredLines(long action, int attempt) {
        this.action = action;
        this.attempt = attempt;
    }

    void add(LineMark mark, String line) {
        // A line feed ends a line in the table.
        lines.append(line.replace('\n', ' ')).append('\n');
        marks.add(mark);
        chars += line.length() + 1;
        if (lines.length() >= CHUNK_CHARS) {
            close();
        }
    }

    /** Counts a line instead of keeping it. */
    void lose() {
        lost++;
    }

    int chars() {
        return chars;
    }

    /** All of them; those that were lost are told at the end, with the time of {@code now}. */
    List<LogStore.Chunk> chunks(LineMark now) {
        if (lost > 0) {
            add(now, "[" + lost + " lines were lost here: printed faster than they could be written]");
        }
        if (!marks.isEmpty()) {
            close();
        }
        return closed;
    }

    private void close() {
        ByteBuffer packed = ByteBuffer.allocate(marks.size() * LineMark.BYTES);
        marks.forEach(mark -> mark.write(packed));
        closed.add(new LogStore.Chunk(action, attempt, lines.toString(), packed.array()));
        lines.setLength(0);
        marks.clear();
    }
}
