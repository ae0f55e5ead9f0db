package dev.hearth.controlplane.environment;

import dev.hearth.api.EnvironmentView;
import dev.hearth.api.EnvironmentView.PoolView;
import dev.hearth.api.EnvironmentView.VersionView;
import dev.hearth.api.Page;
import dev.hearth.controlplane.environment.EnvironmentViewStore.Row;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.PageQuery;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Environments as readers see them: spec, versions, and the pool at this moment. Three statements a page. */
@Component
final class EnvironmentViews {
    private final EnvironmentViewStore store;
    private final Pools pools;

    EnvironmentViews(EnvironmentViewStore store, Pools pools) {
        this.store = store;
        this.pools = pools;
    }

    /** In the order of their names. */
    Page<EnvironmentView> page(String project, PageQuery query) {
        String after = Objects.requireNonNullElse(query.key(), "");
        Page<Row> page =
                query.page(store.page(project, after, query.limit() + 1), Row::name, () -> store.count(project));
        return page.with(views(page.items()));
    }

    EnvironmentView get(String project, String name) {
        return views(store.one(project, name)).stream()
                .findFirst()
                .orElseThrow(() -> NearNames.unknownEnvironment(project, name, store.names(project)));
    }

    private List<EnvironmentView> views(List<Row> rows) {
        Map<Long, List<VersionView>> versions =
                store.versions(rows.stream().map(Row::id).toList());
        Map<Long, PoolView> now = pools.views(
                rows.stream().map(Row::poolId).filter(Objects::nonNull).toList());
        return rows.stream()
                .map(row -> new EnvironmentView(
                        row.project(),
                        row.name(),
                        row.state(),
                        row.spec(),
                        row.tasks(),
                        versions.getOrDefault(row.id(), List.of()),
                        row.poolId() == null ? null : now.get(row.poolId())))
                .toList();
    }
}
