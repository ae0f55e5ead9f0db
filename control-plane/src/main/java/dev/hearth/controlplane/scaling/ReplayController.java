package dev.hearth.controlplane.scaling;

import dev.hearth.api.ReplayView;
import dev.hearth.controlplane.problem.QueryValues;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Replay of scaling decisions. */
@RestController
@RequestMapping(path = "/api/v1/environments/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
final class ReplayController {
    private final DecisionReplay replay;

    ReplayController(DecisionReplay replay) {
        this.replay = replay;
    }

    @Operation(
            operationId = "replayDecisions",
            summary = "The newest scaling decisions, asked again under a proposed policy",
            description =
                    "Body: {\"reuse\": reuse policy, \"limit\": 1 to 200, 50 if absent}. What the policy leaves out stays as it is"
                            + " deployed; idleTtl: null = always on. The answer shows the policy that this makes. Each decision is judged by"
                            + " itself, on the inputs that were stored with it. Changes nothing.")
    @PostMapping(path = "/decisions/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    ReplayView replay(
            @PathVariable String name,
            @RequestParam(defaultValue = "default") String project,
            @RequestBody ReplayRequest request) {
        return replay.replay(QueryValues.name("project", project), QueryValues.name("name", name), request);
    }
}
