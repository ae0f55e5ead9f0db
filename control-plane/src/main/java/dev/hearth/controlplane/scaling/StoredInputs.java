package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.PoolCondition;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Turns the stored inputs of a decision back into the snapshot that was decided on. */
@Component
final class StoredInputs {
    private final JsonMapper json;

    StoredInputs(JsonMapper json) {
        this.json = json;
    }

    /** Empty for a form that is not today's: guessed parts would make up a moment that never was. */
    Optional<PoolSnapshot> read(Map<String, Object> inputs) {
        try {
            PoolSnapshot pool = json.convertValue(inputs, PoolSnapshot.class);
            return isWhole(pool) ? Optional.of(pool) : Optional.empty();
        } catch (JacksonException | IllegalArgumentException anotherForm) {
            return Optional.empty();
        }
    }

    /** JSON that lacks a part reads as null, whatever the types promise. */
    private static boolean isWhole(PoolSnapshot pool) {
        PoolLimits limits = pool.limits();
        PoolCondition condition = pool.condition();
        return areThere(limits, condition, pool.failures(), pool.pace(), pool.room())
                && areThere(limits.scaledownTtl(), limits.recycling(), condition.state())
                && pool.replicas().stream().allMatch(StoredInputs::isWhole);
    }

    private static boolean isWhole(ReplicaSnapshot replica) {
        return areThere(replica.phase(), replica.requestedAt());
    }

    private static boolean areThere(@Nullable Object... parts) {
        return Stream.of(parts).allMatch(part -> part != null);
    }
}
