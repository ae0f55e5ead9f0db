package dev.hearth.controlplane.pool;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What a replica cannot change while it lives. Deployments with the same identity share warm replicas; bounds and TTLs
 * are not part of it.
 */
final class PoolIdentity {
    private PoolIdentity() {}

    static String of(String project, String environment, EnvironmentSpec spec, @Nullable String run) {
        ReusePolicy reuse = spec.reuse();
        return new Fingerprint()
                .with(project)
                .with(environment)
                .withReplica(spec)
                .with(reuse == null ? "fresh" : "reused")
                .with(reuse == null ? 1 : reuse.concurrency())
                .with(reuse == null ? Scope.GLOBAL : reuse.scope())
                .with(run)
                .hash();
    }
}
