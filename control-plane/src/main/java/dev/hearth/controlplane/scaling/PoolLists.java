package dev.hearth.controlplane.scaling;

import dev.hearth.api.DecisionView;
import dev.hearth.api.Page;
import dev.hearth.api.ReplicaView;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.policy.Countdowns;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.scaling.DecisionStore.Stored;
import dev.hearth.controlplane.scaling.ReplicaViewStore.Listed;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

    /** The live replicas of an environment. */
    Page<ReplicaView> live(String project, String environment, PageQuery query) {
        long id = environments.id(project, environment);
        return withStops(query.page(
                replicas.live(id, query.numbers(2), query.limit() + 1),
                replica -> replica.pool() + ":" + replica.view().ordinal(),
                () -> replicas.countLive(id)));
    }

    /** Ended replicas too, newest first. */
    Page<ReplicaView> all(String project, String environment, PageQuery query) {
        long id = environments.id(project, environment);
        return withStops(
                query.page(replicas.all(id, query.number(), query.limit() + 1), Listed::id, () -> replicas.count(id)));
    }

    Page<DecisionView> decisions(String project, String environment, PageQuery query) {
        long id = environments.id(project, environment);
        Page<Stored> page = query.page(
                decisions.newest(id, query.number(), query.limit() + 1), Stored::id, () -> decisions.count(id));
        return page.with(page.items().stream().map(Stored::view).toList());
    }

    private Page<ReplicaView> withStops(Page<Listed> page) {
        return page.with(withStops(page.items()));
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
}
