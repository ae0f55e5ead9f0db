package dev.hearth.api;

import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.model.EnvironmentState;
import dev.hearth.model.PoolState;
import dev.hearth.model.VersionState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An environment with its versions and the pool of the active one.
 *
 * @param tasks of the active version, by name
 * @param versions the newest 20, newest first
 * @param pool null for scope run, where each run has its own
 */
public record EnvironmentView(
        String project,
        String name,
        EnvironmentState state,
        EnvironmentSpec spec,
        List<DeclaredTask> tasks,
        List<VersionView> versions,
        @Nullable PoolView pool) {

    public record VersionView(String version, VersionState state, Instant deployedAt) {}

    /**
     * A pool at this moment.
     *
     * @param replicas live ones: requested, starting, ready or draining
     * @param desired how many the autoscaler wants
     * @param slots room for executions in ready replicas
     * @param busy executions that hold a slot
     * @param queued actions that wait for a slot
     * @param coldAt when the whole pool will stop if nothing happens; null while it works, is cold or is always on
     */
    public record PoolView(
            String id,
            PoolState state,
            int replicas,
            int desired,
            int slots,
            int busy,
            int queued,
            @Nullable Instant coldAt) {}
}
