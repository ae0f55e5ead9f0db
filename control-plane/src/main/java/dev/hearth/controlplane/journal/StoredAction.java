package dev.hearth.controlplane.journal;

import dev.hearth.model.ActionPhase;
import org.jspecify.annotations.Nullable;

/**
 * An action as it stands after a commit.
 *
 * @param created whether this very submit created it
 * @param outcome null until it has ended
 */
public record StoredAction(
        long id,
        String run,
        String name,
        ActionPhase phase,
        boolean created,
        @Nullable Outcome outcome) {}
