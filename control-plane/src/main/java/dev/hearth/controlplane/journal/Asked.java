package dev.hearth.controlplane.journal;

import org.jspecify.annotations.Nullable;

/**
 * What was asked for under an idempotency key, so that the key is not taken for something else: hashes of one form of the JSON.
 *
 * @param overrides null = none
 */
public record Asked(byte[] input, byte @Nullable [] overrides) {}
