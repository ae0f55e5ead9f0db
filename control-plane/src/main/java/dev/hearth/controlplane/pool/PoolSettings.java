package dev.hearth.controlplane.pool;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.pool.*}.
 *
 * @param maxFreshReplicas replicas at a time of an environment without a reuse policy, 1 to 1000, default 10; applies to
 *     deployments from then on
 */
@ConfigurationProperties("hearth.pool")
record PoolSettings(@DefaultValue("10") int maxFreshReplicas) {
    PoolSettings {
        if (maxFreshReplicas < 1 || maxFreshReplicas > 1000) {
            throw new IllegalArgumentException(
                    "hearth.pool.max-fresh-replicas must be 1 to 1000, was " + maxFreshReplicas);
        }
    }
}
