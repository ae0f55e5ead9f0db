package dev.hearth.controlplane.environment;

/** Whether an environment takes runs. */
enum EnvironmentState {
    ACTIVE,
    /** Takes no new runs until it is resumed. */
    PAUSED,
    /** Takes no new runs until it is deployed again. */
    RETIRED
}
