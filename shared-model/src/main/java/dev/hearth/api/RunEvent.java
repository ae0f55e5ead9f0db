package dev.hearth.api;

import dev.hearth.model.ActionPhase;
import org.jspecify.annotations.Nullable;

/**
 * One server-sent event of {@code GET /api/v1/runs/{run}/events}: the state of an action, sent once for each action as a
 * snapshot and then at each change. Event names: {@code action} for these, {@code snapshot} after the last action of the
 * snapshot, {@code end} when the run is terminal (data: a {@link RunView}).
 */
public record RunEvent(
        String name,
        @Nullable String parent,
        String task,
        ActionPhase phase,
        int attempt,
        @Nullable String replica) {}
