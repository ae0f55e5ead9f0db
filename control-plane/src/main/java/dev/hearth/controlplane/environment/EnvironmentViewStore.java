package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.EnvironmentView.VersionView;
import dev.hearth.model.EnvironmentState;
import dev.hearth.model.Terms;
import dev.hearth.model.VersionState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The reads behind the list of environments. */
@Component
final class EnvironmentViewStore {
    private static final TypeReference<List<DeclaredTask>> TASKS = new TypeReference<>() {};

    record Row(
            long id,
            String project,
            String name,
            EnvironmentState state,
            EnvironmentSpec spec,
            List<DeclaredTask> tasks,
            @Nullable Long poolId) {}

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final CatalogStore catalog;

    EnvironmentViewStore(JdbcClient jdbc, JsonMapper json, CatalogStore catalog) {
        this.jdbc = jdbc;
        this.json = json;
        this.catalog = catalog;
    }

    List<String> names(String project) {
        return catalog.names(project);
    }

    /** A range of the unique index on (project, name). */
    List<Row> page(String project, String after, int rows) {
        return jdbc.sql("""
                        SELECT e.id, e.project, e.name, e.state, v.spec, v.tasks, v.pool_id
                        FROM environment e JOIN environment_version v ON v.id = e.active_version_id
                        WHERE e.project = :project AND e.name > :after
                        ORDER BY e.name LIMIT :rows""")
                .param("project", project)
                .param("after", after)
                .param("rows", rows)
                .query((row, n) -> row(row))
                .list();
    }

    /** By the same index. */
    long count(String project) {
        return jdbc.sql("SELECT count(*) FROM environment WHERE project = :project AND active_version_id IS NOT NULL")
                .param("project", project)
                .query(Long.class)
                .single();
    }

    /** At most one row, by the unique index on (project, name). */
    List<Row> one(String project, String name) {
        return jdbc.sql("""
                        SELECT e.id, e.project, e.name, e.state, v.spec, v.tasks, v.pool_id
                        FROM environment e JOIN environment_version v ON v.id = e.active_version_id
                        WHERE e.project = :project AND e.name = :name""")
                .param("project", project)
                .param("name", name)
                .query((row, n) -> row(row))
                .list();
    }

    /** The newest 20 versions of each, newest first, by the unique index on (environment_id, version). */
    Map<Long, List<VersionView>> versions(List<Long> environments) {
        Map<Long, List<VersionView>> versions = new HashMap<>();
        if (!environments.isEmpty()) {
            jdbc.sql("""
                            SELECT environment_id, version, state, deployed_at FROM (
                                SELECT environment_id, version, state, deployed_at,
                                    row_number() OVER (PARTITION BY environment_id ORDER BY deployed_at DESC, id DESC) AS place
                                FROM environment_version WHERE environment_id IN (:environments)) newest
                            WHERE place <= 20
                            ORDER BY environment_id, place""").param("environments", environments).query(row -> {
                versions.computeIfAbsent(row.getLong("environment_id"), id -> new ArrayList<>())
                        .add(new VersionView(
                                row.getString("version"),
                                VersionState.valueOf(row.getString("state")),
                                row.getObject("deployed_at", OffsetDateTime.class)
                                        .toInstant()));
            });
        }
        return versions;
    }

    private Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("id"),
                row.getString("project"),
                row.getString("name"),
                EnvironmentState.valueOf(row.getString("state")),
                json.readValue(row.getString("spec"), EnvironmentSpec.class),
                json.readValue(row.getString("tasks"), TASKS).stream()
                        .map(EnvironmentViewStore::withTerms)
                        .sorted(Comparator.comparing(DeclaredTask::name))
                        .toList(),
                row.getObject("pool_id", Long.class));
    }

    /** As they hold, declared or not. */
    private static DeclaredTask withTerms(DeclaredTask task) {
        return new DeclaredTask(
                task.name(),
                task.inputSchema(),
                task.outputSchema(),
                Objects.requireNonNullElse(task.terms(), Terms.DEFAULT));
    }
}
