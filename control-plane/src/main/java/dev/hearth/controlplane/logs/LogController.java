package dev.hearth.controlplane.logs;

import dev.hearth.controlplane.problem.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Logs over REST, as text. */
@RestController
class LogController {
    /** How often a follower looks. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final LogStore store;

    LogController(LogStore store) {
        this.store = store;
    }

    /** All lines of an action; with {@code follow} also those to come, until the action has ended. */
    @GetMapping("/api/v1/runs/{run}/actions/{action}/logs")
    ResponseEntity<StreamingResponseBody> logs(
            @PathVariable String run,
            @PathVariable String action,
            @RequestParam(defaultValue = "false") boolean follow) {
        long id = store.action(run, action)
                .orElseThrow(
                        () -> ProblemException.notFound("There is no action '" + action + "' in a run '" + run + "'."));
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
                .body(out -> write(id, follow, out));
    }

    private void write(long action, boolean follow, OutputStream out) throws IOException {
        long after = 0;
        while (true) {
            // Looked at before the lines: those written before the end are read after it.
            boolean last = !follow || store.hasEnded(action);
            List<LogStore.Stored> chunks = store.after(action, after);
            while (!chunks.isEmpty()) {
                for (LogStore.Stored chunk : chunks) {
                    out.write(chunk.lines().getBytes(StandardCharsets.UTF_8));
                    after = chunk.id();
                }
                chunks = store.after(action, after);
            }
            out.flush();
            if (last || !pause()) {
                return;
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(LOOK);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
