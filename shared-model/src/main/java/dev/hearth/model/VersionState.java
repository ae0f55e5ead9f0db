package dev.hearth.model;

/** Where a deployed version of an environment is. */
public enum VersionState {
    /** Takes new runs. */
    ACTIVE,
    /** Replaced: finishes its own runs, takes no new ones. */
    DRAINING,
    /** Has no replica and no live action left. */
    RETIRED
}
