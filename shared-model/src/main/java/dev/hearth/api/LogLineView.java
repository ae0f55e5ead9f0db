package dev.hearth.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * A line, or a piece of one, that an execution has printed: the data of the server-sent events {@code line} of {@code GET
 * /api/v1/runs/{run}/actions/{action}/logs}. The id of such an event, shown as {@code Last-Event-ID}, is where to go on; the
 * event {@code end} says that no more lines will come.
 *
 * @param time by the clock of the machine that printed it
 * @param stream {@code stdout} or {@code stderr}
 * @param attempt number of the try that printed it, from 1
 * @param line without its end; one that begins with a carriage return takes the place of the open line before it
 * @param open its line has not ended: the next one of the same stream and attempt goes on behind it, or replaces it. Left out
 *     where it is false. {@link LogText} puts pieces together
 */
public record LogLineView(
        Instant time,
        String stream,
        int attempt,
        String line,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean open) {
    /** How a piece begins that takes the place of the open line before it. */
    public static final String REPLACES = "\r";

    /** Standard output. */
    public static final String STDOUT = "stdout";

    /** Standard error, and the server's own marks in the log. */
    public static final String STDERR = "stderr";

    public boolean isError() {
        return stream.equals(STDERR);
    }
}
