package dev.hearth.api;

import java.time.Instant;

/**
 * A line that an execution has printed: the data of the server-sent events {@code line} of {@code GET
 * /api/v1/runs/{run}/actions/{action}/logs}. The id of such an event, shown as {@code Last-Event-ID}, is where to go on; the
 * event {@code end} says that no more lines will come.
 *
 * @param time by the clock of the machine that printed it
 * @param stream {@code stdout} or {@code stderr}
 * @param attempt number of the try that printed it, from 1
 */
public record LogLineView(Instant time, String stream, int attempt, String line) {
    /** Standard output. */
    public static final String STDOUT = "stdout";

    /** Standard error, and the server's own marks in the log. */
    public static final String STDERR = "stderr";

    public boolean isError() {
        return stream.equals(STDERR);
    }
}
