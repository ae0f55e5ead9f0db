package dev.hearth.controlplane.scaling;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.hearth.controlplane.policy.Pace;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.controlplane.scaling.SnapshotRows.PoolRow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads what the policy decides on: two statements, whatever the number of pools. */
@Component
final class SnapshotStore {
    /**
     * Pools that may need a decision. Non-cold ones by pool_warm; those with a queue by hopping over action_queue from pool
     * to pool, one probe each; always-on ones that are not up by pool_always_on; those to be warmed by
     * pool_warm_asked. A quiet server finds none.
     */
    private static final String CANDIDATES = """
            WITH RECURSIVE waiting (pool_id) AS (
                (SELECT pool_id FROM action WHERE phase = 'QUEUED' ORDER BY pool_id LIMIT 1)
                UNION ALL
                SELECT (SELECT a.pool_id FROM action a
                        WHERE a.phase = 'QUEUED' AND a.pool_id > w.pool_id ORDER BY a.pool_id LIMIT 1)
                FROM waiting w WHERE w.pool_id IS NOT NULL),
            candidate AS (
                SELECT id FROM pool WHERE state <> 'COLD'
                UNION SELECT pool_id FROM waiting
                UNION SELECT id FROM pool WHERE warm_asked
                UNION SELECT id FROM pool
                    WHERE idle_ttl_ms IS NULL AND NOT draining AND run IS NULL AND state = 'COLD' AND replicas_min > 0)
            """;

    private static final String THESE = "WITH candidate AS (SELECT unnest(:pools::bigint[]) AS id)\n";

    /**
     * Queued actions by action_queue, as far as they are due before a replica could be up ({@link Pace#lead}) and matter; failed starts among the newest replicas by
     * replica_by_pool; replicas of the server by replica_ordinal, once for all pools; what those did last that have gone since, by replica_gone.
     */
    private static final String POOLS = """
            SELECT p.*, e.state = 'PAUSED' AS paused, r.ended_at IS NOT NULL AS run_ended, q.queued,
                f.failures, f.broken, f.failed_at, f.failed_reason, f.cold_start_ms, f.service_ms,
                greatest(p.active_at, (SELECT max(last_busy_at) FROM replica
                    WHERE pool_id = p.id AND ended_at >= p.active_at)) AS last_active_at,
                (SELECT count(*) FROM replica
                    WHERE phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')) AS server_replicas,
                (SELECT count(*) FROM replica d WHERE d.phase = 'DRAINING'
                    AND EXISTS (SELECT 1 FROM action w WHERE w.replica_id = d.id AND w.phase = 'RUNNING' AND w.parked))
                    AS server_lent
            FROM candidate c
            JOIN pool p ON p.id = c.id
            JOIN environment e ON e.id = p.environment_id
            LEFT JOIN run r ON r.name = p.run
            CROSS JOIN LATERAL (
                SELECT count(DISTINCT requested_at) FILTER (WHERE failed) AS failures,
                    count(DISTINCT requested_at) FILTER (WHERE failed AND coalesce(end_reason, '') NOT LIKE :slow) AS broken,
                    max(ended_at) FILTER (WHERE failed) AS failed_at,
                    (array_agg(end_reason ORDER BY id DESC) FILTER (WHERE failed))[1] AS failed_reason,
                    1000 * avg(extract(epoch FROM ready_at - requested_at)) AS cold_start_ms,
                    avg(service_ms) AS service_ms
                FROM (
                    SELECT *, never_stayed AND ended_at > :forgotten
                        AND NOT bool_or(ready_at IS NOT NULL AND NOT never_stayed) OVER (ORDER BY id DESC) AS failed
                    FROM (
                        SELECT *, phase = 'FAILED' OR (phase = 'LOST' AND executed = 0
                                AND ended_at < ready_at + make_interval(secs => :stayed)) IS TRUE AS never_stayed
                        FROM replica WHERE pool_id = p.id ORDER BY id DESC LIMIT :remembered) newest) judged) f
            CROSS JOIN LATERAL (
                SELECT count(*) AS queued FROM (
                    SELECT 1 FROM action a WHERE a.pool_id = p.id AND a.phase = 'QUEUED'
                        AND a.available_at
                            <= :now + least(coalesce(f.cold_start_ms, :usual), :longest) * interval '1 ms'
                        AND e.state <> 'PAUSED'
                    LIMIT least(greatest(p.replicas_max::bigint * p.concurrency + 1, :counted), 100000)) counted) q
            """;

    /** Live replicas of these pools by replica_ordinal, their executions by action_running. */
    private static final String REPLICAS = """
            SELECT r.id, r.pool_id, r.ordinal, r.phase, r.executed, r.requested_at, r.ready_at, r.last_busy_at,
                r.heap_bytes, r.rss_bytes,
                a.running + r.stopping AS running, a.parked
            FROM replica r
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE NOT parked) AS running, count(*) FILTER (WHERE parked) AS parked
                FROM action WHERE replica_id = r.id AND phase = 'RUNNING') a
            WHERE r.pool_id = ANY (:pools) AND r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')
            ORDER BY r.pool_id, r.ordinal
            """;

    /** Patience weighs the whole queue, not only what exceeds the maximum; a longer one is impatient in any case. */
    private static final int COUNTED_TO_BE_PATIENT = 10_000;

    private final JdbcClient jdbc;
    private final ScalingSettings settings;

    SnapshotStore(JdbcClient jdbc, ScalingSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Every pool that may need a decision. */
    List<PoolSnapshot> candidates(Instant now) {
        return complete(jdbc.sql(CANDIDATES + POOLS), now);
    }

    /** One pool; none if there is no such pool. */
    List<PoolSnapshot> pool(long poolId, Instant now) {
        return pools(List.of(poolId), now);
    }

    /** These pools, as far as there are such. */
    List<PoolSnapshot> pools(Collection<Long> poolIds, Instant now) {
        return complete(jdbc.sql(THESE + POOLS).param("pools", poolIds.toArray(Long[]::new)), now);
    }

    private List<PoolSnapshot> complete(JdbcClient.StatementSpec statement, Instant now) {
        List<PoolRow> pools = statement
                .param("remembered", StartFailures.REMEMBERED)
                .param("slow", StartFailures.SLOW_PATTERN)
                .param("stayed", StartFailures.STAYED_AFTER.toSeconds())
                .param("counted", settings.patientStarts() ? COUNTED_TO_BE_PATIENT : 0)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("usual", Pace.USUAL_COLD_START.toMillis())
                .param("longest", Pace.LONGEST_LEAD.toMillis())
                .param("forgotten", now.minus(StartFailures.FORGOTTEN_AFTER).atOffset(ZoneOffset.UTC))
                .query((row, n) -> SnapshotRows.pool(row, settings.maxReplicas()))
                .list();
        if (pools.isEmpty()) {
            return List.of();
        }
        Map<Long, List<ReplicaSnapshot>> replicas =
                replicas(pools.stream().map(PoolRow::id).toArray(Long[]::new));
        return pools.stream()
                .map(pool -> pool.with(replicas.getOrDefault(pool.id(), List.of())))
                .toList();
    }

    private Map<Long, List<ReplicaSnapshot>> replicas(Long[] pools) {
        return jdbc.sql(REPLICAS).param("pools", pools).query(SnapshotRows::replica).list().stream()
                .collect(
                        groupingBy(SnapshotRows.ReplicaRow::pool, mapping(SnapshotRows.ReplicaRow::replica, toList())));
    }
}
