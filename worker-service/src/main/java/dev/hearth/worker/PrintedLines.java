package dev.hearth.worker;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what one execution prints into lines, standard output and standard error apart, and ends its log where it gets too
 * long. Thread-safe.
 */
final class PrintedLines {
    /** A line longer than this is cut: a program that never ends its line must not fill the memory. */
    private static final int LONGEST_LINE_BYTES = 64 << 10;

    /** A character that was begun is finished first, unless this is no text at all. */
    private static final int LONGEST_CHARACTER_BYTES = 4;

    private final BiConsumer<String, Boolean> sink;
    private final LongSupplier most;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    // Made when first used: most executions print nothing.
    private @Nullable PrintStream outStream;
    private @Nullable PrintStream errStream;
    private long bytes;
    private volatile boolean cut;

    /**
     * @param sink takes a line, and whether it came over standard error
     * @param most bytes of the whole log, line ends included; 0 = as many as there are
     */
    PrintedLines(BiConsumer<String, Boolean> sink, LongSupplier most) {
        this.sink = sink;
        this.most = most;
    }

    /** The standard output, or error, of this execution. */
    synchronized PrintStream stream(boolean error) {
        PrintStream stream = error ? errStream : outStream;
        if (stream == null) {
            stream = new PrintStream(new Cutter(error), false, StandardCharsets.UTF_8);
            if (error) {
                errStream = stream;
            } else {
                outStream = stream;
            }
        }
        return stream;
    }

    private final class Cutter extends OutputStream {
        private final boolean error;

        Cutter(boolean error) {
            this.error = error;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] printed, int offset, int length) {
            PrintedLines.this.write(printed, offset, length, error);
        }
    }

    synchronized void write(byte[] printed, int offset, int length, boolean error) {
        ByteArrayOutputStream line = error ? err : out;
        for (int i = offset; i < offset + length && !cut; i++) {
            if (isFull(line, printed[i])) {
                emit(line, error);
            }
            if (printed[i] == '\n') {
                emit(line, error);
            } else if (printed[i] != '\r') {
                line.write(printed[i]);
            }
        }
    }

    private static boolean isFull(ByteArrayOutputStream line, byte next) {
        boolean continues = (next & 0xC0) == 0x80;
        return next != '\n' && line.size() >= LONGEST_LINE_BYTES + (continues ? LONGEST_CHARACTER_BYTES : 0);
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
        if (!cut) {
            long bound = most.getAsLong();
            bytes += line.size() + 1;
            cut = bound > 0 && bytes > bound;
            sink.accept(cut ? mark(bound) : line.toString(StandardCharsets.UTF_8), error || cut);
        }
        line.reset();
    }

    private static String mark(long bound) {
        String size = bound % (1 << 20) == 0 ? (bound >> 20) + " MB" : (bound >> 10) + " KB";
        return "[log cut: more than " + size + "; the rest was dropped]";
    }
}
