package dev.hearth.controlplane.pool;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.EnvironmentView.PoolView;
import dev.hearth.model.Resources;
import dev.hearth.model.Scope;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The pools of deployments and of runs: finds or makes the one that fits. */
@Component
public final class Pools {
    private final PoolStore store;
    private final PoolSettings settings;
    private final Clock clock;

    Pools(PoolStore store, PoolSettings settings, Clock clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Within the transaction of a deployment: finds or makes the pool that serves a spec, and gives it the spec's bounds
     * and TTLs. Null for scope run, where each run has a pool of its own.
     */
    public @Nullable Long deploy(long environmentId, String project, String environment, EnvironmentSpec spec) {
        if (isPerRun(spec)) {
            return null;
        }
        return store.upsert(plan(environmentId, project, environment, spec, null, null), clock.instant());
    }

    /** Within the transaction of a deployment: this pool gets no new runs; it finishes its own and stops. */
    public void drain(long poolId) {
        store.drain(poolId);
    }

    /** Within a transaction: asks for the pool to come up now, as far as it keeps anything warm; false if it does not. */
    public boolean warm(long poolId) {
        return store.warm(poolId, clock.instant());
    }

    /** Within the transaction of a deployment: callers who had a warm pool find one, without a cold start in between. */
    public void warmLike(long before, long next) {
        if (!store.isCold(before)) {
            warm(next);
        }
    }

    /** Finds the pool of calls that run on a fresh replica each, with other resources or those of the version, or makes it. */
    public long poolOfCall(long versionId, @Nullable Resources resources) {
        PoolStore.VersionSpec version = store.version(versionId);
        EnvironmentSpec spec = version.spec();
        EnvironmentSpec fresh = spec.withReuse(null).withResources(resources == null ? spec.resources() : resources);
        return store.upsert(
                plan(version.environmentId(), version.project(), version.environment(), fresh, null, versionId),
                clock.instant());
    }

    /** What was deployed as this version. */
    public EnvironmentSpec spec(long versionId) {
        return store.version(versionId).spec();
    }

    /** Finds the pool of a run for scope run, or makes it. */
    public long poolOfRun(long versionId, String run) {
        PoolStore.VersionSpec version = store.version(versionId);
        return store.upsert(
                plan(version.environmentId(), version.project(), version.environment(), version.spec(), run, null),
                clock.instant());
    }

    /** These pools at this moment, by their ids. */
    public Map<Long, PoolView> views(Collection<Long> poolIds) {
        return store.views(poolIds);
    }

    private PoolStore.Plan plan(
            long environmentId,
            String project,
            String environment,
            EnvironmentSpec spec,
            @Nullable String run,
            @Nullable Long version) {
        return new PoolStore.Plan(
                PoolIdentity.of(project, environment, spec, run),
                environmentId,
                environment,
                run,
                version,
                spec,
                PoolBounds.of(spec, settings.maxFreshReplicas()));
    }

    private static boolean isPerRun(EnvironmentSpec spec) {
        return spec.reuse() != null && spec.reuse().scope() == Scope.RUN;
    }
}
