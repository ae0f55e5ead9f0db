package dev.hearth.api;

import java.time.Instant;
import java.util.Map;

/** A stored scaling decision: from how many replicas to how many, by which rule, why, and what it was decided on. */
public record DecisionView(Instant at, int from, int to, String rule, String reason, Map<String, Object> inputs) {}
