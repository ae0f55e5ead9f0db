package dev.hearth.worker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/** Cuts what one execution prints into lines, standard output and standard error apart. Thread-safe. */
final class PrintedLines {
    /** A line longer than this is cut: a program that never ends its line must not fill the memory. */
    private static final int LONGEST_LINE_BYTES = 64 << 10;

    private final BiConsumer<String, Boolean> sink;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** @param sink takes a line, and whether it came over standard error */
    PrintedLines(BiConsumer<String, Boolean> sink) {
        this.sink = sink;
    }

    synchronized void write(byte[] bytes, int offset, int length, boolean error) {
        ByteArrayOutputStream line = error ? err : out;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                emit(line, error);
            } else if (bytes[i] != '\r') {
                line.write(bytes[i]);
                if (line.size() >= LONGEST_LINE_BYTES) {
                    emit(line, error);
                }
            }
        }
    }

    /** What was printed without an end of line is a line too. */
    synchronized void finish() {
        if (out.size() > 0) {
            emit(out, false);
        }
        if (err.size() > 0) {
            emit(err, true);
        }
    }

    private void emit(ByteArrayOutputStream line, boolean error) {
        sink.accept(line.toString(StandardCharsets.UTF_8), error);
        line.reset();
    }
}
