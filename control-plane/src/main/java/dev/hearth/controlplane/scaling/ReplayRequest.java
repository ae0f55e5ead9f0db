package dev.hearth.controlplane.scaling;

import dev.hearth.model.ReusePolicy;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Body of {@code POST /api/v1/environments/{name}/decisions/replay}.
 *
 * @param reuse the proposed policy, as in an environment's spec; fields that are absent stay as they are deployed, and its scope does
 *     not matter here
 * @param limit how many of the newest decisions, 1 to 200, default 50
 */
record ReplayRequest(
        @Schema(implementation = ReusePolicy.class, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        JsonNode reuse,

        @Nullable Integer limit) {}
