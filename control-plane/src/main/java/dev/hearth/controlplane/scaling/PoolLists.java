package dev.hearth.controlplane.scaling;

import dev.hearth.api.DecisionView;
import dev.hearth.api.Page;
import dev.hearth.api.ReplicaView;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.policy.Countdowns;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.controlplane.scaling.DecisionStore.Stored;
import dev.hearth.controlplane.scaling.ReplicaViewStore.Listed;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What people see of pools: their replicas with the time each has left, and why there are as many as there are. */
@Component
final class PoolLists {
    private final ReplicaViewStore replicas;
    private final DecisionStore decisions;
    private final SnapshotStore snapshots;
    private final EnvironmentCatalog environments;
    private final Clock clock;

    PoolLists(
            ReplicaViewStore replicas,
            DecisionStore decisions,
            SnapshotStore snapshots,
            EnvironmentCatalog environments,
            Clock clock) {
        this.replicas = replicas;
        this.decisions = decisions;
        this.snapshots = snapshots;
        this.environments = environments;
        this.clock = clock;
    }

    /** The live replicas of an environment; there are few enough for one page. */
    Page<ReplicaView> live(String project, String environment) {
        return new Page<>(withStops(replicas.live(environments.id(project, environment))), null);
    }

    /** Ended replicas too, newest first. */
    Page<ReplicaView> all(String project, String environment, @Nullable String cursor, int limit) {
        long id = environments.id(project, environment);
        List<Listed> found = replicas.all(id, QueryValues.numberKey(cursor), limit + 1);
        return page(found, limit, Listed::id, this::withStops);
    }

    Page<DecisionView> decisions(String project, String environment, @Nullable String cursor, int limit) {
        long id = environments.id(project, environment);
        List<Stored> found = decisions.newest(id, QueryValues.numberKey(cursor), limit + 1);
        return page(
                found,
                limit,
                Stored::id,
                stored -> stored.stream().map(Stored::view).toList());
    }

    private List<ReplicaView> withStops(List<Listed> listed) {
        Instant now = clock.instant();
        Map<Long, Countdowns> countdowns = listed.stream()
                .filter(Listed::serves)
                .map(Listed::pool)
                .distinct()
                .flatMap(pool -> snapshots.pool(pool, now).stream())
                .collect(Collectors.toMap(PoolSnapshot::id, pool -> Countdowns.of(pool, now)));
        return listed.stream()
                .map(replica -> {
                    Countdowns own = replica.serves() ? countdowns.get(replica.pool()) : null;
                    return own == null ? replica.view() : replica.stopping(own.stopsAt(replica.id()));
                })
                .toList();
    }

    /** One row more than asked for was read: it tells whether another page follows. */
    private static <R, T> Page<T> page(
            List<R> found, int limit, ToLongFunction<R> id, Function<List<R>, List<T>> views) {
        if (found.size() <= limit) {
            return new Page<>(views.apply(found), null);
        }
        List<R> shown = found.subList(0, limit);
        return new Page<>(views.apply(shown), QueryValues.cursor(Long.toString(id.applyAsLong(shown.getLast()))));
    }
}
