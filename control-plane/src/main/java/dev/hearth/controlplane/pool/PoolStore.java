package dev.hearth.controlplane.pool;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.EnvironmentView.PoolView;
import dev.hearth.model.PoolState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of pools as deployments and readers need it. */
@Component
final class PoolStore {
    record Plan(
            String identity,
            long environmentId,
            String environment,
            @Nullable String run,
            @Nullable Long version,
            EnvironmentSpec spec,
            PoolBounds bounds) {}

    record VersionSpec(long environmentId, String project, String environment, EnvironmentSpec spec) {}

    private final JdbcClient jdbc;
    private final JsonMapper json;

    PoolStore(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** One row, by the unique index on identity. The same bounds again change nothing. */
    long upsert(Plan plan, Instant now) {
        EnvironmentSpec spec = plan.spec();
        PoolBounds bounds = plan.bounds();
        return jdbc.sql("""
                        INSERT INTO pool (identity, environment_id, environment, run, image, bundle, resources, env,
                            single_use, concurrency, replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms,
                            recycle_executions, recycle_age_ms, recycle_heap_bytes, recycle_rss_bytes,
                            start_timeout_ms, version_id, created_at)
                        VALUES (:identity, :environmentId, :environment, :run, :image, :bundle, :resources::jsonb,
                            :env::jsonb, :singleUse, :concurrency, :min, :max, :scaledownTtl, :idleTtl::bigint,
                            :recycleExecutions::bigint, :recycleAge::bigint, :recycleHeap::bigint, :recycleRss::bigint,
                            :startTimeout::bigint, :version::bigint, :now)
                        ON CONFLICT (identity) DO UPDATE
                        SET replicas_min = excluded.replicas_min,
                            replicas_max = excluded.replicas_max,
                            scaledown_ttl_ms = excluded.scaledown_ttl_ms,
                            idle_ttl_ms = excluded.idle_ttl_ms,
                            recycle_executions = excluded.recycle_executions,
                            recycle_age_ms = excluded.recycle_age_ms,
                            recycle_heap_bytes = excluded.recycle_heap_bytes,
                            recycle_rss_bytes = excluded.recycle_rss_bytes,
                            start_timeout_ms = excluded.start_timeout_ms,
                            draining = false
                        RETURNING id""")
                .param("identity", plan.identity())
                .param("environmentId", plan.environmentId())
                .param("environment", plan.environment())
                .param("run", plan.run())
                .param("image", spec.image())
                .param("bundle", spec.bundle())
                .param("resources", json.writeValueAsString(spec.resources()))
                .param("env", json.writeValueAsString(spec.env()))
                .param("singleUse", spec.reuse() == null)
                .param("concurrency", spec.reuse() == null ? 1 : spec.reuse().concurrency())
                .param("min", bounds.replicas().min())
                .param("max", bounds.replicas().max())
                .param("scaledownTtl", bounds.scaledownTtl().toMillis())
                .param("idleTtl", bounds.idleTtlMillis())
                .param("recycleExecutions", bounds.recycle().afterExecutions())
                .param("recycleAge", bounds.recycleAgeMillis())
                .param("recycleHeap", bounds.recycle().heapBytes())
                .param("recycleRss", bounds.recycle().rssBytes())
                .param("startTimeout", bounds.startTimeoutMillis())
                .param("version", plan.version())
                .param("now", OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    /** One row, by the primary key. */
    void drain(long poolId) {
        jdbc.sql("UPDATE pool SET draining = true WHERE id = :pool")
                .param("pool", poolId)
                .update();
    }

    /** Asks the autoscaler for the pool, and starts its idle time anew. One row, by the primary key; false if nothing of it stays warm. */
    boolean warm(long poolId, Instant now) {
        return jdbc.sql("""
                                UPDATE pool SET warm_asked = true, active_at = greatest(active_at, :now)
                                WHERE id = :pool AND NOT single_use AND run IS NULL""")
                        .param("pool", poolId)
                        .param("now", OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** One row, by the primary key. */
    boolean isCold(long poolId) {
        return jdbc.sql("SELECT state = 'COLD' FROM pool WHERE id = :pool")
                .param("pool", poolId)
                .query(Boolean.class)
                .single();
    }

    /** One row of each table, by the primary keys. */
    VersionSpec version(long versionId) {
        return jdbc.sql("""
                        SELECT e.id, e.project, e.name, v.spec
                        FROM environment_version v JOIN environment e ON e.id = v.environment_id
                        WHERE v.id = :version""")
                .param("version", versionId)
                .query((row, n) -> new VersionSpec(
                        row.getLong("id"),
                        row.getString("project"),
                        row.getString("name"),
                        json.readValue(row.getString("spec"), EnvironmentSpec.class)))
                .single();
    }

    /**
     * Pools by the primary key; for each its live replicas by replica_ordinal, their running actions by action_running,
     * the queued ones by action_queue; replicas that went lately by replica_gone.
     */
    Map<Long, PoolView> views(Collection<Long> pools) {
        if (pools.isEmpty()) {
            return Map.of();
        }
        return jdbc.sql("""
                        SELECT p.id, p.state, p.desired, p.idle_ttl_ms,
                            greatest(p.active_at, live.last_busy_at, (
                                SELECT max(last_busy_at) FROM replica
                                WHERE pool_id = p.id AND ended_at >= p.active_at)) AS active_at,
                            live.replicas, live.slots, working.busy + live.stopping AS busy, working.running, waiting.queued, waiting.due
                        FROM pool p,
                            LATERAL (
                                SELECT count(*) AS replicas, max(r.last_busy_at) AS last_busy_at,
                                    coalesce(sum(r.stopping), 0) AS stopping,
                                    coalesce(sum(r.slots) FILTER (WHERE r.phase = 'READY'), 0) AS slots
                                FROM replica r
                                WHERE r.pool_id = p.id AND r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')) live,
                            LATERAL (
                                SELECT count(*) FILTER (WHERE NOT a.parked) AS busy, count(*) AS running
                                FROM replica r JOIN action a ON a.replica_id = r.id AND a.phase = 'RUNNING'
                                WHERE r.pool_id = p.id AND r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')) working,
                            LATERAL (
                                SELECT count(*) AS queued,
                                    count(*) FILTER (WHERE a.available_at <= now() AND e.state <> 'PAUSED') AS due
                                FROM action a JOIN environment e ON e.id = p.environment_id
                                WHERE a.pool_id = p.id AND a.phase = 'QUEUED') waiting
                        WHERE p.id IN (:pools)""").param("pools", pools).query((row, n) -> view(row)).list().stream()
                .collect(Collectors.toMap(view -> Long.valueOf(view.id()), view -> view));
    }

    private static PoolView view(ResultSet row) throws SQLException {
        PoolState state = PoolState.valueOf(row.getString("state"));
        boolean always = row.getObject("idle_ttl_ms") == null;
        boolean idle = !always && row.getInt("running") == 0 && row.getInt("due") == 0;
        Instant coldAt = idle && state != PoolState.COLD ? coldAt(row) : null;
        return new PoolView(
                Long.toString(row.getLong("id")),
                state,
                row.getInt("replicas"),
                row.getInt("desired"),
                row.getInt("slots"),
                row.getInt("busy"),
                row.getInt("queued"),
                coldAt);
    }

    private static @Nullable Instant coldAt(ResultSet row) throws SQLException {
        OffsetDateTime activeAt = row.getObject("active_at", OffsetDateTime.class);
        long idleTtl = row.getLong("idle_ttl_ms");
        return activeAt == null || row.wasNull() ? null : activeAt.toInstant().plusMillis(idleTtl);
    }
}
