package dev.hearth.controlplane.flyte;

import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskSpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What tasks are, as the SDK declares them, and those that were deployed under a name and a version. Thread-safe. */
@Repository
class FlyteTaskStore {
    private final JdbcClient sql;
    private final Clock clock;
    private final Map<String, TaskSpec> specs = new ConcurrentHashMap<>();
    private final Map<String, LocalDate> savedOn = new ConcurrentHashMap<>();

    FlyteTaskStore(JdbcClient sql, Clock clock) {
        this.sql = sql;
        this.clock = clock;
    }

    record DeployedTask(String project, String domain, String name, String version, String spec, Instant deployedAt) {}

    /** Answers its SHA-256. */
    String save(TaskSpec spec) {
        byte[] bytes = spec.toByteArray();
        String digest = FlyteStore.sha256(bytes);
        Instant now = clock.instant();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        if (!today.equals(savedOn.get(digest))) {
            sql.sql("""
                    INSERT INTO flyte_spec (sha256, spec, created_at, used_on) VALUES (?, ?, ?::timestamptz, ?::date)
                    ON CONFLICT (sha256) DO UPDATE SET used_on = excluded.used_on WHERE flyte_spec.used_on < excluded.used_on
                    """).params(digest, bytes, now.toString(), today.toString()).update();
            FlyteStore.remember(savedOn, digest, today);
            FlyteStore.remember(specs, digest, spec);
        }
        return digest;
    }

    TaskSpec spec(String digest) {
        TaskSpec known = specs.get(digest);
        if (known != null) {
            return known;
        }
        TaskSpec read = sql.sql("SELECT spec FROM flyte_spec WHERE sha256 = ?")
                .param(digest)
                .query((row, n) -> FlyteStore.parsed(TaskSpec.parser(), row.getBytes("spec")))
                .single();
        FlyteStore.remember(specs, digest, read);
        return read;
    }

    void deploy(TaskIdentifier id, String spec) {
        sql.sql("""
                INSERT INTO flyte_task (project, domain, name, version, spec, deployed_at) VALUES (?, ?, ?, ?, ?, ?::timestamptz)
                ON CONFLICT (project, domain, name, version) DO UPDATE SET spec = excluded.spec
                """)
                .params(
                        FlyteStore.clean(id.getProject()),
                        FlyteStore.clean(id.getDomain()),
                        FlyteStore.clean(id.getName()),
                        FlyteStore.clean(id.getVersion()),
                        spec,
                        clock.instant().toString())
                .update();
    }

    /** Without a version the newest. */
    Optional<DeployedTask> task(TaskIdentifier id) {
        return sql.sql("""
                SELECT * FROM flyte_task
                WHERE project = ? AND domain = ? AND name = ? AND (? = '' OR version = ?) ORDER BY deployed_at DESC LIMIT 1
                """)
                .params(
                        FlyteStore.clean(id.getProject()),
                        FlyteStore.clean(id.getDomain()),
                        FlyteStore.clean(id.getName()),
                        FlyteStore.clean(id.getVersion()),
                        id.getVersion())
                .query((row, n) -> task(row))
                .optional();
    }

    /**
     * Newest first.
     *
     * @param name null = all
     */
    List<DeployedTask> tasks(String project, String domain, @Nullable String name, int limit, int offset) {
        return sql.sql("""
                SELECT * FROM flyte_task
                WHERE project = ? AND domain = ? AND (?::text IS NULL OR name = ?) ORDER BY deployed_at DESC, name LIMIT ? OFFSET ?
                """)
                .param(FlyteStore.clean(project))
                .param(FlyteStore.clean(domain))
                .param(name == null ? null : FlyteStore.clean(name))
                .param(name)
                .param(limit)
                .param(offset)
                .query((row, n) -> task(row))
                .list();
    }

    private static DeployedTask task(ResultSet row) throws SQLException {
        return new DeployedTask(
                row.getString("project"),
                row.getString("domain"),
                row.getString("name"),
                row.getString("version"),
                row.getString("spec"),
                row.getTimestamp("deployed_at").toInstant());
    }
}
