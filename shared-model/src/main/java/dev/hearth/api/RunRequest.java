package dev.hearth.api;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Body of {@code POST /api/v1/runs}.
 *
 * @param input any JSON value that fits the task's input schema; absent = null
 * @param idempotencyKey at most 200 characters; the same key in a project answers the same run, and is refused with 409 for
 *     another environment or task
 * @param overrides see {@link Overrides}; absent = none
 */
public record RunRequest(
        String environment,
        String task,
        @Nullable RawJson input,
        @Nullable String idempotencyKey,
        @Nullable JsonNode overrides) {

    public RunRequest(String environment, String task, @Nullable RawJson input, @Nullable String idempotencyKey) {
        this(environment, task, input, idempotencyKey, null);
    }
}
