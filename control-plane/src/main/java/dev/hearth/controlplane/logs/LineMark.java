package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** When a line was printed and whether over standard error, in eight bytes: the microseconds, and the stream as lowest bit. */
record LineMark(long epochMicros, boolean error) {
    static final int BYTES = Long.BYTES;

    static LineMark read(byte[] marks, int line) {
        long packed = ByteBuffer.wrap(marks).getLong(line * BYTES);
        return new LineMark(packed >> 1, (packed & 1) != 0);
    }

    void write(ByteBuffer marks) {
        marks.putLong(epochMicros << 1 | (error ? 1 : 0));
    }

    LogLineView on(int attempt, String line) {
        return new LogLineView(
                Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS),
                error ? LogLineView.STDERR : LogLineView.STDOUT,
                attempt,
                line);
    }
}
