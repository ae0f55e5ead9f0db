package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When a line was printed, whether over standard error, and whether it has not ended, in eight bytes: the microseconds, the stream as
 * lowest bit, and openness as a bit above all times.
 */
record LineMark(long epochMicros, boolean error, boolean open) {
    static final int BYTES = Long.BYTES;
    private static final long OPEN = 1L << 62;
    private static final long LATEST = (OPEN >> 1) - 1;

    /** A replica may tell any time. */
    LineMark {
        epochMicros = Math.clamp(epochMicros, 0, LATEST);
    }

    static LineMark read(byte[] marks, int line) {
        long packed = ByteBuffer.wrap(marks).getLong(line * BYTES);
        return new LineMark((packed & ~OPEN) >> 1, (packed & 1) != 0, (packed & OPEN) != 0);
    }

    void write(ByteBuffer marks) {
        marks.putLong(epochMicros << 1 | (error ? 1 : 0) | (open ? OPEN : 0));
    }

    LogLineView on(int attempt, String line) {
        return new LogLineView(
                Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS),
                error ? LogLineView.STDERR : LogLineView.STDOUT,
                attempt,
                line,
                open);
    }
}
