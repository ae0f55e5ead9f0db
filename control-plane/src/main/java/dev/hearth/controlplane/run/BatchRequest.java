package dev.hearth.controlplane.run;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Body of {@code POST /api/v1/runs:batch}: one run for each input. */
record BatchRequest(
        @Nullable String environment,
        @Nullable String task,
        @Nullable List<JsonNode> inputs,
        @Nullable JsonNode overrides) {
    /** Inputs of one request. */
    static final int MOST = 10_000;
}
