package dev.hearth.controlplane.admin;

import dev.hearth.model.PoolState;
import dev.hearth.model.ReplicaPhase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads the overview page: environments with their pools and live replicas. Two statements, whatever their number. */
@Repository
class OverviewStore {
    /** Pools that the page shows. */
    static final int MOST_POOLS = 200;

    private final JdbcClient sql;

    OverviewStore(JdbcClient sql) {
        this.sql = sql;
    }

    /** A pool of an environment, or an environment that has none yet. */
    record PoolRow(
            String project,
            String environment,
            String version,
            @Nullable Long pool,
            @Nullable String run,
            PoolState state,
            boolean draining,
            String bounds,
            int slotsEach,
            int queued,
            List<ReplicaRow> replicas) {}

    record ReplicaRow(
            long id,
            long pool,
            int ordinal,
            ReplicaPhase phase,
            int slots,
            int busy,
            int parked,
            long executed,
            @Nullable Long coldStartMs,
            @Nullable Instant readyAt) {
        /** Slots that are taken, in percent, for the bar. */
        public int load() {
            return slots == 0 ? 0 : Math.min(100, 100 * busy / slots);
        }
    }

    /** One more than the page shows, if there are more. */
    List<PoolRow> pools() {
        Map<Long, List<ReplicaRow>> replicas = replicas();
        return sql.sql("""
                SELECT e.project, e.name, v.version, p.id, p.run, coalesce(p.state, 'COLD') AS state,
                       coalesce(p.draining, false) AS draining, p.single_use, p.replicas_min, p.replicas_max,
                       coalesce(p.concurrency, 0) AS concurrency,
                       (SELECT count(*) FROM (
                           SELECT 1 FROM action a WHERE a.pool_id = p.id AND a.phase = 'QUEUED' LIMIT 10000) q) AS queued
                FROM environment e
                JOIN environment_version v ON v.id = e.active_version_id
                LEFT JOIN pool p ON p.environment_id = e.id AND (p.id = v.pool_id OR p.state <> 'COLD')
                ORDER BY e.project, e.name, p.draining, p.id
                LIMIT %d
                """.formatted(MOST_POOLS + 1))
                .query((row, n) -> pool(row, replicas))
                .list();
    }

    /** Index action_running, once for each live replica. */
    private Map<Long, List<ReplicaRow>> replicas() {
        return sql.sql("""
                SELECT r.id, r.pool_id, r.ordinal, r.phase, r.slots, r.executed, r.requested_at, r.ready_at,
                       a.busy + r.stopping AS busy, a.parked
                FROM replica r
                CROSS JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE NOT parked) AS busy, count(*) FILTER (WHERE parked) AS parked
                    FROM action WHERE replica_id = r.id AND phase = 'RUNNING') a
                WHERE r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')
                ORDER BY r.pool_id, r.ordinal
                """).query((row, n) -> replica(row)).list().stream()
                .collect(Collectors.groupingBy(ReplicaRow::pool));
    }

    private static PoolRow pool(ResultSet row, Map<Long, List<ReplicaRow>> replicas) throws SQLException {
        Long pool = row.getObject("id", Long.class);
        return new PoolRow(
                row.getString("project"),
                row.getString("name"),
                row.getString("version"),
                pool,
                row.getString("run"),
                PoolState.valueOf(row.getString("state")),
                row.getBoolean("draining"),
                bounds(row),
                row.getInt("concurrency"),
                row.getInt("queued"),
                pool == null ? List.of() : replicas.getOrDefault(pool, List.of()));
    }

    private static String bounds(ResultSet row) throws SQLException {
        if (row.getBoolean("single_use")) {
            return "fresh for each execution";
        }
        int min = row.getInt("replicas_min");
        int max = row.getInt("replicas_max");
        return min == max ? Integer.toString(min) : min + "\u2013" + max;
    }

    private static ReplicaRow replica(ResultSet row) throws SQLException {
        Timestamp ready = row.getTimestamp("ready_at");
        Instant requested = row.getTimestamp("requested_at").toInstant();
        return new ReplicaRow(
                row.getLong("id"),
                row.getLong("pool_id"),
                row.getInt("ordinal"),
                ReplicaPhase.valueOf(row.getString("phase")),
                row.getInt("slots"),
                row.getInt("busy"),
                row.getInt("parked"),
                row.getLong("executed"),
                ready == null ? null : ready.getTime() - requested.toEpochMilli(),
                ready == null ? null : ready.toInstant());
    }
}
