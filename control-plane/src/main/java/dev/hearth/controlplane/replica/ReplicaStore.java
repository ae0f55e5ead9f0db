package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ReplicaPhase;
import dev.hearth.model.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements of the life of a connected replica. All by primary key or index action_running. */
@Repository
class ReplicaStore {
    private final JdbcClient sql;

    ReplicaStore(@Qualifier("engine") JdbcClient sql) {
        this.sql = sql;
    }

    /** A connected replica's row as the keeper looks at it. */
    record Standing(long id, ReplicaPhase phase, boolean elastic) {}

    /** A replica whose lease is over. */
    record Silent(long id, ReplicaPhase phase, boolean busy) {}

    /** A running attempt, by its row. */
    record Attempt(long replica, AttemptKey key, int systemFailures) {}

    Optional<ReplicaFacts> find(long replica) {
        return sql.sql("""
                SELECT r.id, r.pool_id, r.ordinal, r.slots, r.phase, r.join_token, p.bundle,
                       p.replicas_min < p.replicas_max AS elastic, p.single_use, coalesce(p.resources ->> 'memory', '%s') AS memory
                FROM replica r JOIN pool p ON p.id = r.pool_id
                WHERE r.id = ?
                """.formatted(Resources.DEFAULT.memory()))
                .param(replica)
                .query((row, n) -> new ReplicaFacts(
                        row.getLong("id"),
                        row.getLong("pool_id"),
                        row.getInt("ordinal"),
                        row.getInt("slots"),
                        ReplicaPhase.valueOf(row.getString("phase")),
                        row.getString("join_token"),
                        row.getString("bundle"),
                        row.getBoolean("elastic"),
                        row.getBoolean("single_use"),
                        Resources.of(Resources.DEFAULT.cpu(), row.getString("memory"))
                                .memoryBytes()))
                .optional();
    }

    /** The replica has said hello. Guards the drawn transition STARTING to READY; a reconnect only renews the lease. */
    void ready(long replica, Instant now) {
        sql.sql("""
                UPDATE replica
                SET ready_at = coalesce(ready_at, ?::timestamptz), seen_at = now(),
                    phase = CASE phase WHEN 'STARTING' THEN 'READY' ELSE phase END
                WHERE id = ?
                """).params(now.toString(), replica).update();
    }

    /** The replica leaves by itself, or has served its only execution. */
    void drain(long replica, Instant now) {
        sql.sql("UPDATE replica SET phase = 'DRAINING', draining_at = ?::timestamptz WHERE id = ? AND phase = 'READY'")
                .params(now.toString(), replica)
                .update();
    }

    /** What the rows say that the replica runs. */
    List<ClaimedAction> runningOn(long replica) {
        return sql.sql("""
                SELECT id, token, replica_id, run, name, parent, environment, version_id, task, attempt, NULL AS input,
                       input_type, NULL AS input_blob, dispatched_at, user_failures, system_failures, retries, backoff_ms,
                       backoff_max_ms, timeout_ms, queue_timeout_ms, priority, turn
                FROM action WHERE replica_id = ? AND phase = 'RUNNING'
                """)
                .param(replica)
                .query((row, n) -> ClaimedAction.of(row))
                .list();
    }

    List<Standing> standing(Collection<Long> replicas) {
        return sql.sql("""
                SELECT r.id, r.phase, p.replicas_min < p.replicas_max AS elastic
                FROM replica r JOIN pool p ON p.id = r.pool_id
                WHERE r.id = ANY (?::bigint[])
                """)
                .param(longs(replicas))
                .query((row, n) -> new Standing(
                        row.getLong("id"), ReplicaPhase.valueOf(row.getString("phase")), row.getBoolean("elastic")))
                .list();
    }

    /** Of these attempts, those that no longer run under the token that is thought current. */
    List<AttemptKey> noLongerRunning(List<AttemptKey> attempts) {
        return sql.sql("""
                SELECT t.id, t.token FROM unnest(?::bigint[], ?::bigint[]) AS t (id, token)
                JOIN action a ON a.id = t.id
                WHERE a.phase <> 'RUNNING' OR a.token <> t.token
                """)
                .param(attempts.stream().mapToLong(AttemptKey::action).toArray())
                .param(attempts.stream().mapToLong(AttemptKey::token).toArray())
                .query((row, n) -> new AttemptKey(row.getLong("id"), row.getLong("token")))
                .list();
    }

    /** Replicas whose lease is over, by the database's clock, whoever has started them. */
    List<Silent> silent(Duration lease) {
        return sql.sql("""
                SELECT r.id, r.phase,
                       EXISTS (SELECT 1 FROM action a WHERE a.replica_id = r.id AND a.phase = 'RUNNING') AS busy
                FROM replica r
                WHERE r.phase IN ('READY', 'DRAINING') AND r.seen_at < now() - make_interval(secs => ?)
                """)
                .param(lease.toMillis() / 1000.0)
                .query((row, n) -> new Silent(
                        row.getLong("id"), ReplicaPhase.valueOf(row.getString("phase")), row.getBoolean("busy")))
                .list();
    }

    /** Versions of which this replica runs actions that were lost before and share it with others. Index action_running. */
    List<Long> suspects(long replica, int losses) {
        return sql.sql("""
                SELECT DISTINCT a.version_id FROM action a JOIN pool p ON p.id = a.pool_id
                WHERE a.replica_id = ? AND a.phase = 'RUNNING' AND a.system_failures >= ? AND NOT p.single_use
                """)
                .params(replica, losses)
                .query((row, n) -> row.getLong("version_id"))
                .list();
    }

    /** What the rows say that these replicas have been running since before {@code bound}. Index action_running. */
    List<Attempt> runningSince(Instant bound, Collection<Long> replicas) {
        return sql.sql("""
                SELECT id, token, replica_id, system_failures FROM action
                WHERE replica_id = ANY (?::bigint[]) AND phase = 'RUNNING' AND dispatched_at < ?::timestamptz
                """)
                .param(longs(replicas))
                .param(bound.toString())
                .query((row, n) -> new Attempt(
                        row.getLong("replica_id"),
                        new AttemptKey(row.getLong("id"), row.getLong("token")),
                        row.getInt("system_failures")))
                .list();
    }

    private static long[] longs(Collection<Long> ids) {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }
}
