package dev.hearth.model;

/** Whether a pool has replicas: none, some that come up, or all that are wanted. */
public enum PoolState {
    COLD,
    WARMING,
    WARM
}
