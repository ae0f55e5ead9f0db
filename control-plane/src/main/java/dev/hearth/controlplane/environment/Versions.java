package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.model.EnvironmentState;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Hands an environment over from one version to the next. Needs a transaction around each call. */
@Component
final class Versions {
    record Activated(String version, @Nullable Long poolId, boolean isNew) {}

    private final EnvironmentRepository environments;
    private final VersionRepository versions;
    private final Pools pools;
    private final JsonMapper json;
    private final Clock clock;

    Versions(
            EnvironmentRepository environments, VersionRepository versions, Pools pools, JsonMapper json, Clock clock) {
        this.environments = environments;
        this.versions = versions;
        this.pools = pools;
        this.json = json;
        this.clock = clock;
    }

    Activated activate(String project, String name, EnvironmentSpec spec, List<DeclaredTask> tasks) {
        Instant now = clock.instant();
        EnvironmentRow environment = locked(project, name, now);
        VersionRow before = activeOf(environment);
        String version = VersionName.of(spec);
        if (before != null && before.version().equals(version) && environment.state() != EnvironmentState.RETIRED) {
            return new Activated(version, before.poolId(), false);
        }
        // Pools before versions, the order in which the autoscaler locks them.
        Long pool = pools.deploy(environment.id(), project, name, spec);
        if (before != null && before.poolId() != null && !Objects.equals(before.poolId(), pool)) {
            pools.drain(before.poolId());
            if (pool != null) {
                pools.warmLike(before.poolId(), pool);
            }
        }
        VersionRow next = versions.findByEnvironmentIdAndVersion(environment.id(), version)
                .orElseGet(() -> new VersionRow(
                        environment.id(), version, json.writeValueAsString(spec), json.writeValueAsString(tasks)));
        if (before != null) {
            before.supersede();
        }
        next.activate(pool, now);
        environment.activate(versions.save(next).id());
        return new Activated(version, pool, true);
    }

    private EnvironmentRow locked(String project, String name, Instant now) {
        return environments.findByProjectAndName(project, name).orElseGet(() -> {
            environments.insertIfMissing(project, name, now);
            return environments.findByProjectAndName(project, name).orElseThrow();
        });
    }

    private @Nullable VersionRow activeOf(EnvironmentRow environment) {
        Long active = environment.activeVersionId();
        return active == null ? null : versions.findById(active).orElseThrow();
    }
}
