package dev.hearth.controlplane.journal;

import dev.hearth.model.Terms;
import org.jspecify.annotations.Nullable;

/**
 * A run to be stored with its root action. {@code poolId} is where the root queues.
 *
 * @param asked what its idempotency key stands for; null without a key
 */
public record NewRun(
        String name,
        String project,
        String environment,
        long versionId,
        String version,
        String task,
        long poolId,
        Payload input,
        @Nullable String idempotencyKey,
        Terms terms,
        int priority,
        @Nullable Asked asked) {}
