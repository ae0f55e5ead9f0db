package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.model.EnvironmentState;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Terms;
import dev.hearth.model.VersionState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The reads on the way of every submit. */
@Component
final class CatalogStore {
    private static final TypeReference<List<DeclaredTask>> TASKS = new TypeReference<>() {};

    /** What changes with a deployment. */
    record Active(EnvironmentState state, long versionId) {}

    /** What never changes of a version. The schemas' keys are its tasks. */
    record Deployed(
            long id,
            String name,
            String project,
            String environment,
            @Nullable Long poolId,
            Map<String, DeclaredSchema> schemas,
            Map<String, Terms> terms) {}

    private final JdbcClient jdbc;
    private final JsonMapper json;

    CatalogStore(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** One row, by the unique index on (project, name). */
    @Nullable
    Active active(String project, String environment) {
        return jdbc.sql("""
                        SELECT state, active_version_id FROM environment
                        WHERE project = :project AND name = :name AND active_version_id IS NOT NULL""")
                .param("project", project)
                .param("name", environment)
                .query((row, n) ->
                        new Active(EnvironmentState.valueOf(row.getString("state")), row.getLong("active_version_id")))
                .optional()
                .orElse(null);
    }

    /** One row, by the unique index on (project, name). */
    @Nullable
    Long id(String project, String environment) {
        return jdbc.sql("SELECT id FROM environment WHERE project = :project AND name = :name")
                .param("project", project)
                .param("name", environment)
                .query(Long.class)
                .optional()
                .orElse(null);
    }

    /** At most 1000 names, by the unique index on (project, name). */
    List<String> names(String project) {
        return jdbc.sql("SELECT name FROM environment WHERE project = :project ORDER BY name LIMIT 1000")
                .param("project", project)
                .query((row, n) -> row.getString("name"))
                .list();
    }

    /** One row of each table, by the primary keys. */
    Deployed version(long id) {
        return jdbc.sql("""
                        SELECT v.id, v.version, v.tasks, v.pool_id, e.project, e.name
                        FROM environment_version v JOIN environment e ON e.id = v.environment_id
                        WHERE v.id = :version""")
                .param("version", id)
                .query((row, n) -> new Deployed(
                        row.getLong("id"),
                        row.getString("version"),
                        row.getString("project"),
                        row.getString("name"),
                        row.getObject("pool_id", Long.class),
                        schemas(row.getString("tasks")),
                        terms(row.getString("tasks"))))
                .single();
    }

    /** One row, by the primary key. */
    @Nullable
    ReusePolicy reuse(long versionId) {
        return spec(versionId).reuse();
    }

    /** One row, by the primary key. */
    EnvironmentSpec spec(long versionId) {
        return jdbc.sql("SELECT spec FROM environment_version WHERE id = :version")
                .param("version", versionId)
                .query((row, n) -> json.readValue(row.getString("spec"), EnvironmentSpec.class))
                .single();
    }

    /** A version that was deployed at some time; RETIRED together with its environment. */
    record Known(
            long versionId, VersionState state, @Nullable Long poolId) {}

    /** One row of each table, by the unique indexes. */
    @Nullable
    Known known(String project, String environment, String version) {
        return jdbc.sql("""
                        SELECT v.id, CASE WHEN e.state = 'RETIRED' THEN 'RETIRED' ELSE v.state END AS state, v.pool_id
                        FROM environment e JOIN environment_version v ON v.environment_id = e.id
                        WHERE e.project = :project AND e.name = :name AND v.version = :version""")
                .param("project", project)
                .param("name", environment)
                .param("version", version)
                .query((row, n) -> new Known(
                        row.getLong("id"),
                        VersionState.valueOf(row.getString("state")),
                        row.getObject("pool_id", Long.class)))
                .optional()
                .orElse(null);
    }

    private Map<String, Terms> terms(String tasks) {
        Map<String, Terms> terms = new TreeMap<>();
        for (DeclaredTask task : json.readValue(tasks, TASKS)) {
            terms.put(task.name(), task.terms() == null ? Terms.DEFAULT : task.terms());
        }
        return terms;
    }

    private Map<String, DeclaredSchema> schemas(String tasks) {
        Map<String, DeclaredSchema> schemas = new TreeMap<>();
        for (DeclaredTask task : json.readValue(tasks, TASKS)) {
            schemas.put(task.name(), DeclaredSchema.of(task.inputSchema(), json));
        }
        return schemas;
    }
}
