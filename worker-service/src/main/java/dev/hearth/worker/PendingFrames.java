package dev.hearth.worker;

import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Parking;
import dev.hearth.wire.WorkerFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent, cut into frames that a stream can carry: a frame takes messages until it holds 1 MiB, and a larger
 * message closes its frame. Not thread-safe.
 */
final class PendingFrames {
    private static final long FRAME_BYTES = 1 << 20;
    private static final long MOST_LOG_BYTES = 8 << 20;

    private final Deque<WorkerFrame> full = new ArrayDeque<>();
    private final Map<AttemptRef, Boolean> parkings = new LinkedHashMap<>();
    private final Set<AttemptRef> parkedThere = new HashSet<>();
    private final Map<AttemptRef, Integer> lostLines = new LinkedHashMap<>();
    private WorkerFrame.Builder frame = WorkerFrame.newBuilder();
    private long frameBytes;
    private long logBytes;

    void add(Consumer<WorkerFrame.Builder> addition, long size) {
        addition.accept(frame);
        frameBytes += size;
        if (frameBytes >= FRAME_BYTES) {
            full.add(frame.build());
            frame = WorkerFrame.newBuilder();
            frameBytes = 0;
        }
    }

    /** Whether so many lines wait that who prints more should wait too: a result must not stand in line behind them for long. */
    boolean hasManyLines() {
        return logBytes >= FRAME_BYTES;
    }

    /** Lines that come faster than they can be sent are counted instead of kept: they must not fill the memory. */
    void log(LogLine line) {
        int size = line.getText().length();
        if (logBytes + size > MOST_LOG_BYTES) {
            lose(line);
            return;
        }
        logBytes += size;
        add(next -> next.addLogs(line), size);
    }

    /** Leaves a line out, and says so in its log. */
    void lose(LogLine line) {
        lostLines.merge(line.getAttempt(), 1, Integer::sum);
    }

    /** Only the last word on an attempt is sent, and only if it is news to the control plane. */
    void park(AttemptRef attempt, boolean parked) {
        parkings.put(attempt, parked);
    }

    /** Says for certain how an attempt stands, whatever the control plane believes. */
    void repeatParking(AttemptRef attempt, boolean parked) {
        parkings.put(attempt, parked);
        if (parked) {
            parkedThere.remove(attempt);
        } else {
            parkedThere.add(attempt);
        }
    }

    /** The next frame, or null if nothing waits. */
    @Nullable
    WorkerFrame next() {
        WorkerFrame next = full.poll();
        if (next == null) {
            parkings.forEach(this::sayParking);
            parkings.clear();
            lostLines.forEach((attempt, lines) -> frame.addLogs(lost(attempt, lines)));
            lostLines.clear();
            next = frame.build();
            frame = WorkerFrame.newBuilder();
            frameBytes = 0;
        }
        logBytes -= next.getLogsList().stream()
                .mapToLong(line -> line.getText().length())
                .sum();
        logBytes = Math.max(0, logBytes); // the sentences about lost lines were never counted
        return next.getSerializedSize() == 0 ? null : next;
    }

    private void sayParking(AttemptRef attempt, boolean parked) {
        boolean news = parked ? parkedThere.add(attempt) : parkedThere.remove(attempt);
        if (news) {
            frame.addParkings(Parking.newBuilder().setAttempt(attempt).setParked(parked));
        }
    }

    private static LogLine lost(AttemptRef attempt, int lines) {
        return LogLine.newBuilder()
                .setAttempt(attempt)
                .setText("[" + lines + " lines were lost here: printed faster than they could be sent]")
                .setErrorStream(true)
                .build();
    }

    /** The stream has ended: all but log lines will be said again on the next one. */
    void keepOnlyLogs() {
        List<LogLine> logs = Stream.concat(full.stream(), Stream.of(frame.build()))
                .flatMap(each -> each.getLogsList().stream())
                .toList();
        full.clear();
        parkings.clear();
        parkedThere.clear();
        frame = WorkerFrame.newBuilder();
        frameBytes = 0;
        logBytes = 0;
        logs.forEach(this::log);
    }
}
