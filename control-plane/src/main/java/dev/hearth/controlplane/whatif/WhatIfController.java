package dev.hearth.controlplane.whatif;

import dev.hearth.api.WhatIfView;
import dev.hearth.controlplane.problem.QueryValues;
import io.swagger.v3.oas.annotations.Operation;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Policies tried out before they are deployed. */
@RestController
@RequestMapping(path = "/api/v1/environments/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
final class WhatIfController {
    private final WhatIf whatIf;

    WhatIfController(WhatIf whatIf) {
        this.whatIf = whatIf;
    }

    @Operation(
            summary = "What if: the recorded arrivals under other policies",
            description =
                    "Body: {\"policies\": [reuse policy, ...], \"since\": \"PT1H\"}, both optional; since is a duration back from now"
                            + " or a time, at most 7 days back. Simulates the deployed policy and each of up to ten proposed ones on"
                            + " what the environment was asked for in the window, and answers their cost in replica-seconds and how"
                            + " long executions would have waited. What a proposed policy leaves out stays as it is deployed (idleTtl:"
                            + " null = always on); the answer shows each policy whole. Stores nothing.")
    @PostMapping("/what-if")
    WhatIfView whatIf(
            @PathVariable String name,
            @RequestParam(defaultValue = "default") String project,
            @RequestBody(required = false) @Nullable JsonNode body) {
        return whatIf.ask(QueryValues.name("project", project), QueryValues.name("name", name), body);
    }
}
