package dev.hearth.api;

import dev.hearth.model.ActionPhase;

/** Answer to a submitted run. */
public record SubmittedRun(String name, String url, ActionPhase phase) {}
