package dev.hearth.controlplane.simulation;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import java.time.Instant;

/** One look of the autoscaler: what it saw, and what the policy decided. */
public record Moment(Instant now, PoolSnapshot pool, Decision decision) {}
