package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.model.ActionPhase;
import org.jspecify.annotations.Nullable;

/**
 * A committed change of an action.
 *
 * @param outcome set when the action has ended
 * @param interrupted the attempt that still runs somewhere although its action was cancelled, else null
 */
public record ActionChange(
        long id,
        String run,
        String name,
        @Nullable String parent,
        String task,
        long pool,
        ActionPhase phase,
        int attempt,
        @Nullable Long replica,
        @Nullable Outcome outcome,
        @Nullable AttemptKey interrupted) {}
