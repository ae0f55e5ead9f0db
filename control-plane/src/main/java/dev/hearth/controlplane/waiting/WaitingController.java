package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** "Why is this waiting?" over REST. */
@RestController
@RequestMapping(path = "/api/v1/runs/{run}/actions/{action}", produces = MediaType.APPLICATION_JSON_VALUE)
final class WaitingController {
    private final WaitingReader reader;

    WaitingController(WaitingReader reader) {
        this.reader = reader;
    }

    @Operation(
            operationId = "whyWaiting",
            summary = "What an action waits for: the exact limit, slot, replica, pause or child")
    @GetMapping("/waiting")
    WaitingView waiting(@PathVariable String run, @PathVariable String action) {
        return reader.of(run, action);
    }
}
