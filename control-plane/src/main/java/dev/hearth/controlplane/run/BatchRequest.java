package dev.hearth.controlplane.run;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import dev.hearth.api.RawJson;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Body of {@code POST /api/v1/runs:batch}: one run for each input. */
record BatchRequest(
        @Schema(requiredMode = REQUIRED) @Nullable String environment,
        @Schema(requiredMode = REQUIRED) @Nullable String task,

        @ArraySchema(arraySchema = @Schema(requiredMode = REQUIRED), minItems = 1, maxItems = BatchRequest.MOST)
        @Nullable
        List<RawJson> inputs,

        @ArraySchema(
                arraySchema =
                        @Schema(
                                description =
                                        "One for each input; a batch that is sent again starts only what it had not started"))
        @Nullable
        List<@Nullable String> idempotencyKeys,

        @Nullable JsonNode overrides) {
    /** Inputs of one request. */
    static final int MOST = 10_000;
}
