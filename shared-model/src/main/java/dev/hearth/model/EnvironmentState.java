package dev.hearth.model;

/** Whether an environment takes runs, and whether it gives them to replicas. */
public enum EnvironmentState {
    ACTIVE,
    /** Takes runs and keeps them waiting until it is resumed. What runs goes on. */
    PAUSED,
    /** Takes no new runs until it is deployed again. What it has is finished. */
    RETIRED
}
