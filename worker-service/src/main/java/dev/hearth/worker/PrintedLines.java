package dev.hearth.worker;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what one execution prints into lines, standard output and standard error apart, and ends its log where it gets too
 * long. A line that does not end is sent in pieces, about one a second. Thread-safe.
 */
final class PrintedLines {
    /** A line longer than this is cut: a program that never ends its line must not fill the memory. */
    private static final int LONGEST_LINE_BYTES = 64 << 10;

    /** A character that was begun is finished first, unless this is no text at all. */
    private static final int LONGEST_CHARACTER_BYTES = 4;

    /** So long the end of a line is waited for; also how often the state of a line that replaces itself is kept. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Takes what was printed. */
    interface Sink {
        /**
         * @param text without an end of line; a carriage return in front says that it replaces the open line before it
         * @param error whether it came over standard error
         * @param open whether its line goes on
         */
        void take(String text, boolean error, boolean open);
    }

    private final Sink sink;
    private final LongSupplier most;
    private final InstantSource clock;
    private final Line out = new Line(false);
    private final Line err = new Line(true);

    // Made when first used: most executions print nothing.
    private @Nullable PrintStream outStream;
    private @Nullable PrintStream errStream;
    private long bytes;
    private volatile boolean cut;

    /** @param most bytes of the whole log, line ends included; 0 = as many as there are */
    PrintedLines(Sink sink, LongSupplier most, InstantSource clock) {
        this.sink = sink;
        this.most = most;
        this.clock = clock;
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
        Line line = error ? err : out;
        for (int i = offset; i < offset + length && !cut; i++) {
            line.add(printed[i]);
        }
    }

    /** Called again and again, by another thread: sends what has waited too long for the end of its line. */
    void sendBegun() {
        if (out.waits || err.waits) {
            synchronized (this) {
                out.sendBegun();
                err.sendBegun();
            }
        }
    }

    /** What was printed without an end of line is a line too. */
    synchronized void finish() {
        out.finish();
        err.finish();
    }

    private void emit(String text, int size, boolean error, boolean open) {
        if (!cut) {
            long bound = most.getAsLong();
            bytes += size + 1;
            cut = bound > 0 && bytes > bound;
            sink.take(cut ? mark(bound) : text, error || cut, open && !cut);
        }
    }

    private static String mark(long bound) {
        String size = bound % (1 << 20) == 0 ? (bound >> 20) + " MB" : (bound >> 10) + " KB";
        return "[log cut: more than " + size + "; the rest was dropped]";
    }

    /** The line that one stream is printing. */
    private final class Line {
        private final boolean error;
        private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
        private volatile boolean waits;
        private long waitsSince;

        /** A carriage return was printed; what comes next tells whether the line ends with it or is replaced. */
        private boolean returned;

        private boolean replacesWhatWasSent;
        private boolean isOpen;
        private int sentBytes;

        Line(boolean error) {
            this.error = error;
        }

        void add(byte next) {
            if (next == '\n') {
                end();
            } else if (next == '\r') {
                returned = true;
            } else {
                if (returned) {
                    replace();
                }
                if (isFull(next)) {
                    end();
                }
                unsent.write(next);
                if (!waits) {
                    waits = true;
                    waitsSince = clock.millis();
                }
            }
        }

        /** Goes on waiting since when it did: a line that replaces itself all the time is sent all the same. */
        private void replace() {
            unsent.reset();
            returned = false;
            replacesWhatWasSent = isOpen;
            sentBytes = 0;
        }

        private boolean isFull(byte next) {
            boolean continues = (next & 0xC0) == 0x80;
            return sentBytes + unsent.size() >= LONGEST_LINE_BYTES + (continues ? LONGEST_CHARACTER_BYTES : 0);
        }

        void sendBegun() {
            if (!waits || clock.millis() - waitsSince < PATIENCE.toMillis()) {
                return;
            }
            byte[] all = unsent.toByteArray();
            int whole = wholeCharacters(all);
            if (whole > 0) {
                emit(text(all, whole), whole, error, true);
                isOpen = true;
                sentBytes += whole;
                replacesWhatWasSent = false;
                unsent.reset();
                unsent.write(all, whole, all.length - whole);
            }
            waits = unsent.size() > 0;
            waitsSince = clock.millis();
        }

        void finish() {
            if (isOpen || unsent.size() > 0) {
                end();
            }
        }

        private void end() {
            byte[] all = unsent.toByteArray();
            emit(text(all, all.length), all.length, error, false);
            unsent.reset();
            waits = false;
            returned = false;
            replacesWhatWasSent = false;
            isOpen = false;
            sentBytes = 0;
        }

        private String text(byte[] printed, int length) {
            return (replacesWhatWasSent ? "\r" : "") + new String(printed, 0, length, StandardCharsets.UTF_8);
        }

        /** How many bytes there are without a character whose end has not been printed. */
        private static int wholeCharacters(byte[] printed) {
            int begin = printed.length - 1;
            while (begin > 0 && printed.length - begin < LONGEST_CHARACTER_BYTES && (printed[begin] & 0xC0) == 0x80) {
                begin--;
            }
            int length = Integer.numberOfLeadingZeros(~printed[begin] << 24);
            boolean unfinished = length > printed.length - begin && length <= LONGEST_CHARACTER_BYTES;
            return unfinished ? begin : printed.length;
        }
    }
}
