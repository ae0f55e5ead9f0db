package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import dev.hearth.controlplane.outage.Trouble;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Logs over REST, written on the call's own virtual thread: a slow reader holds up nobody else. */
@RestController
class LogController {
    private static final Logger log = LoggerFactory.getLogger(LogController.class);

    private static final Trouble unreadable = new Trouble(log, "A log could not be read to its end");

    private final LogReader reader;
    private final JsonMapper json;

    LogController(LogReader reader, JsonMapper json) {
        this.reader = reader;
        this.json = json;
    }

    @Operation(
            operationId = "readLog",
            summary = "What an action has printed",
            description =
                    "Lines of all its attempts, in order. As server-sent events for who accepts text/event-stream:"
                            + " 'line' for each, whose id is shown as Last-Event-ID to go on behind it, then 'end'; a comment"
                            + " when nothing was said for 15 s. Whatever else is accepted, the answer is text.")
    @ApiResponse(
            responseCode = "200",
            description = "The lines",
            content = {
                @Content(mediaType = MediaType.TEXT_PLAIN_VALUE, schema = @Schema(type = "string")),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(implementation = LogLineView.class))
            })
    @GetMapping("/api/v1/runs/{run}/actions/{action}/logs")
    void logs(
            @PathVariable String run,
            @PathVariable String action,
            @Parameter(description = "Go on until the action has ended") @RequestParam(defaultValue = "false")
                    boolean follow,
            @Parameter(description = "Begin each line of text with its time and its stream")
                    @RequestParam(defaultValue = "false")
                    boolean timestamps,
            @Parameter(hidden = true) @RequestHeader(name = HttpHeaders.ACCEPT, defaultValue = "") String accept,
            @Parameter(description = "With server-sent events: the id of the last one that was read")
                    @RequestHeader(name = "Last-Event-ID", required = false)
                    @Nullable
                    String lastEventId,
            HttpServletResponse response)
            throws IOException {
        LogReader.Source source = reader.find(run, action);
        boolean events = accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE);
        Position from = events ? Position.parse(lastEventId) : Position.BEGIN;
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentType(
                (events ? MediaType.TEXT_EVENT_STREAM_VALUE : MediaType.TEXT_PLAIN_VALUE) + ";charset=UTF-8");
        LogReader.Sink sink = events
                ? new EventSink(response.getOutputStream(), json)
                : new TextSink(response.getOutputStream(), timestamps);
        try {
            reader.read(source, from, follow, sink);
        } catch (DataAccessException e) {
            unreadable.failed(run + " " + action + ": " + e);
            sink.breakOff();
        } catch (IOException e) {
            log.debug("The reader of a log has gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
