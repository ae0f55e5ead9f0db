package dev.hearth.controlplane.journal;

import static java.util.Objects.requireNonNull;

import dev.hearth.controlplane.journal.AttemptEnd.Times;
import dev.hearth.controlplane.journal.Batch.Cancel;
import dev.hearth.controlplane.journal.Batch.Hopeless;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.journal.Retry.Suspicion;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The statements with which attempts, actions, runs and replicas end. */
@Component
final class EndStore {
    /**
     * A parameter, not a constant: the planner would take a constant as an invitation to read all of the partial index of
     * running actions, with its many dead entries, instead of looking up each row by its key.
     */
    static final String RUNNING = "RUNNING";

    private final JdbcClient sql;

    EndStore(JournalDatabase database) {
        this.sql = JdbcClient.create(database.dataSource());
    }

    /**
     * Ends attempts whose token is current: their actions end or go back to the queue, an attempt row is written for each,
     * roots end their runs, and replicas count what they have served. Answers those that were accepted. One look-up by primary key in each table and row.
     */
    Map<AttemptKey, ActionChange> endAttempts(List<AttemptEnd> ends, Instant now) {
        Map<AttemptKey, AttemptEnd> byAttempt = ends.stream()
                .collect(Collectors.toMap(AttemptEnd::attempt, Function.identity(), (first, again) -> first));
        List<AttemptEnd> each = List.copyOf(byAttempt.values());
        Map<AttemptKey, ActionChange> accepted = new LinkedHashMap<>();
        sql.sql("""
                WITH report AS (
                    SELECT * FROM unnest(
                        ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::timestamptz[], ?::boolean[],
                        ?::bytea[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[])
                    AS r (action_id, token, phase, attempt_phase, retry_at, system_fault,
                          output, output_type, output_blob, error_code, error_message, error_details,
                          acknowledged_at, started_at, ended_at, replica_age_ms, served_before,
                          waited_for_children_ms, retry_pool)
                ), ended AS (
                    UPDATE action a
                    SET phase = r.phase,
                        parked = false,
                        available_at = coalesce(r.retry_at, a.available_at),
                        queue_deadline = coalesce(r.retry_at, a.available_at) + a.queue_timeout_ms * interval '1 ms',
                        pool_id = coalesce(r.retry_pool, a.pool_id),
                        user_failures = a.user_failures + (r.error_code IS NOT NULL AND NOT r.system_fault)::int,
                        system_failures = a.system_failures + r.system_fault::int,
                        ended_at = CASE WHEN r.retry_at IS NULL THEN ?::timestamptz END,
                        output = r.output, output_type = r.output_type, output_blob = r.output_blob,
                        error_code = CASE WHEN r.retry_at IS NULL THEN r.error_code END,
                        error_message = CASE WHEN r.retry_at IS NULL THEN r.error_message END,
                        error_details = CASE WHEN r.retry_at IS NULL THEN r.error_details END
                    FROM report r JOIN action before ON before.id = r.action_id
                    WHERE a.id = r.action_id AND a.token = r.token AND a.phase = ?
                    RETURNING a.id, a.run, a.name, a.parent, a.task, a.pool_id, a.phase, a.attempt, a.replica_id,
                              a.dispatched_at, before.available_at AS queued_at, r.attempt_phase, r.acknowledged_at,
                              r.started_at, r.ended_at AS finished_at, r.replica_age_ms, r.served_before,
                              r.waited_for_children_ms,
                              r.error_code AS fault_code, r.error_message AS fault_message,
                              r.error_details AS fault_details, r.token
                ), written AS (
                    INSERT INTO attempt (action_id, number, phase, replica_id, queued_at, dispatched_at,
                                         acknowledged_at, started_at, ended_at, committed_at, cold_start_ms, reused,
                                         replica_age_ms, served_before, waited_for_children_ms, error_code,
                                         error_message, error_details, token)
                    SELECT e.id, e.attempt, e.attempt_phase, e.replica_id, e.queued_at, e.dispatched_at,
                           e.acknowledged_at, e.started_at, e.finished_at, ?::timestamptz,
                           greatest(0, coalesce(round(1000 * extract(epoch FROM
                               p.ready_at - greatest(p.requested_at, e.queued_at))), 0)),
                           e.served_before > 0, e.replica_age_ms, e.served_before, e.waited_for_children_ms,
                           e.fault_code, e.fault_message, e.fault_details, e.token
                    FROM ended e LEFT JOIN replica p ON p.id = e.replica_id
                ), served AS (
                    UPDATE replica p
                    SET executed = p.executed + e.ended, last_busy_at = ?::timestamptz,
                        service_ms = coalesce(p.service_ms, e.service_ms)
                            + coalesce(least(1, 0.1 * e.ended) * (e.service_ms - coalesce(p.service_ms, e.service_ms)), 0)
                    FROM (SELECT replica_id, count(*) AS ended,
                                 avg(1000 * extract(epoch FROM finished_at - started_at))::float8 AS service_ms
                          FROM ended GROUP BY replica_id) e
                    WHERE p.id = e.replica_id
                ), closed AS (
                    UPDATE run SET phase = e.phase,
                                   ended_at = CASE WHEN e.phase <> 'QUEUED' THEN ?::timestamptz END
                    FROM ended e WHERE e.parent IS NULL AND run.name = e.run
                )
                SELECT id, run, name, parent, task, pool_id, phase, attempt, replica_id, token FROM ended
                """)
                .param(each.stream().mapToLong(end -> end.attempt().action()).toArray())
                .param(each.stream().mapToLong(end -> end.attempt().token()).toArray())
                .param(texts(each, end -> end.retryAt() == null ? phase(end) : ActionPhase.QUEUED.name()))
                .param(texts(each, EndStore::phase))
                .param(times(each, AttemptEnd::retryAt))
                .param(each.stream().map(AttemptEnd::systemFault).toArray(Boolean[]::new))
                .param(each.stream()
                        .map(end -> end.outcome() instanceof Succeeded s
                                ? s.output().bytes()
                                : null)
                        .toArray(byte[][]::new))
                .param(texts(
                        each,
                        end -> end.outcome() instanceof Succeeded s ? s.output().mediaType() : null))
                .param(texts(
                        each,
                        end -> end.outcome() instanceof Succeeded s ? s.output().blob() : null))
                .param(texts(each, end -> end.outcome() instanceof Failed f ? f.code() : null))
                .param(texts(each, end -> end.outcome() instanceof Failed f ? f.message() : null))
                .param(texts(each, end -> end.outcome() instanceof Failed f ? f.details() : null))
                .param(times(
                        each, end -> end.times() == null ? null : end.times().acknowledgedAt()))
                .param(times(
                        each, end -> end.times() == null ? null : end.times().startedAt()))
                .param(times(
                        each, end -> end.times() == null ? now : end.times().endedAt()))
                .param(longs(each, Times::replicaAgeMillis))
                .param(longs(each, Times::servedBefore))
                .param(longs(each, Times::waitedForChildrenMillis))
                .param(each.stream().map(AttemptEnd::retryPool).toArray(Long[]::new))
                .param(now.toString())
                .param(RUNNING)
                .param(now.toString())
                .param(now.toString())
                .param(now.toString())
                .query(row -> {
                    AttemptKey attempt = new AttemptKey(row.getLong("id"), row.getLong("token"));
                    accepted.put(attempt, change(row, requireNonNull(byAttempt.get(attempt))));
                });
        return accepted;
    }

    /** Gives replicas their terminal phase and answers what they still ran, as losses. Index action_running. */
    List<AttemptEnd> endReplicas(List<ReplicaEnd> ends, Instant now) {
        Map<Long, ReplicaEnd> byReplica = ends.stream()
                .collect(Collectors.toMap(ReplicaEnd::replica, Function.identity(), (first, again) -> first));
        List<ReplicaEnd> each = List.copyOf(byReplica.values());
        long[] ids = each.stream().mapToLong(ReplicaEnd::replica).toArray();
        sql.sql("""
                UPDATE replica r SET phase = e.phase, end_reason = e.reason, ended_at = ?::timestamptz
                FROM unnest(?::bigint[], ?::text[], ?::text[]) AS e (id, phase, reason)
                WHERE r.id = e.id AND r.phase NOT IN ('STOPPED', 'LOST', 'FAILED')
                """)
                .param(now.toString())
                .param(ids)
                .param(texts(each, end -> end.phase().name()))
                .param(texts(each, ReplicaEnd::reason))
                .update();
        return sql.sql("""
                SELECT a.id, a.token, a.replica_id, a.version_id, a.system_failures, p.single_use
                FROM action a JOIN pool p ON p.id = a.pool_id
                WHERE a.replica_id = ANY (?::bigint[]) AND a.phase = 'RUNNING'
                """)
                .param(ids)
                .query((row, n) -> {
                    ReplicaEnd end = requireNonNull(byReplica.get(row.getLong("replica_id")));
                    return Retry.lost(
                            new AttemptKey(row.getLong("id"), row.getLong("token")),
                            new Failed(end.code(), end.reason(), null),
                            row.getInt("system_failures"),
                            new Suspicion(
                                    end.byItself(),
                                    row.getBoolean("single_use"),
                                    end.alone().get(row.getLong("version_id"))),
                            now,
                            ThreadLocalRandom.current().nextDouble());
                })
                .list();
    }

    /** Fails the queue of a pool, by index action_queue; what another control plane changes now is left for the next time. */
    List<ActionChange> failWaiting(Hopeless hopeless, Instant now) {
        return sql.sql("""
                WITH waiting AS MATERIALIZED (
                    SELECT id FROM action WHERE pool_id = ? AND phase = 'QUEUED'
                    ORDER BY priority DESC, turn, id FOR UPDATE SKIP LOCKED
                ), failed AS (
                    UPDATE action a
                    SET phase = 'FAILED', ended_at = ?::timestamptz, error_code = ?, error_message = ?
                    FROM waiting w WHERE a.id = w.id
                    RETURNING a.id, a.run, a.name, a.parent, a.task, a.pool_id, a.phase, a.attempt, a.replica_id
                ), closed AS (
                    UPDATE run SET phase = 'FAILED', ended_at = ?::timestamptz
                    FROM failed f WHERE f.parent IS NULL AND run.name = f.run
                )
                SELECT * FROM failed
                """)
                .param(hopeless.pool())
                .param(now.toString())
                .param(hopeless.code())
                .param(hopeless.reason())
                .param(now.toString())
                .query((row, n) -> change(row, new Failed(hopeless.code(), hopeless.reason(), null), null))
                .list();
    }

    /** Ends waits that are over. Index action_queue_deadline: nothing else is read. */
    List<ActionChange> expire(Instant now) {
        return sql.sql("""
                WITH late AS MATERIALIZED (
                    SELECT id FROM action WHERE phase = 'QUEUED' AND queue_deadline < ?::timestamptz
                    ORDER BY queue_deadline LIMIT 10000 FOR UPDATE SKIP LOCKED
                ), expired AS (
                    UPDATE action a
                    SET phase = 'TIMED_OUT', ended_at = ?::timestamptz, error_code = ?,
                        error_message = 'waited for a slot longer than its queue timeout of '
                            || a.queue_timeout_ms || ' ms'
                    FROM late l WHERE a.id = l.id
                    RETURNING a.id, a.run, a.name, a.parent, a.task, a.pool_id, a.phase, a.attempt, a.replica_id,
                              a.error_message
                ), closed AS (
                    UPDATE run SET phase = 'TIMED_OUT', ended_at = ?::timestamptz
                    FROM expired e WHERE e.parent IS NULL AND run.name = e.run
                )
                SELECT * FROM expired
                """)
                .param(now.toString())
                .param(now.toString())
                .param(ErrorCode.QUEUE_TIMED_OUT)
                .param(now.toString())
                .query((row, n) ->
                        change(row, new Failed(ErrorCode.QUEUE_TIMED_OUT, row.getString("error_message"), null), null))
                .list();
    }

    /** Counts writes in the name of attempts that have ended. By primary key. */
    void refused(List<AttemptKey> attempts) {
        sql.sql("""
                UPDATE attempt a SET stale_writes = stale_writes + 1
                FROM unnest(?::bigint[], ?::bigint[]) AS s (action_id, token)
                WHERE a.action_id = s.action_id AND a.token = s.token
                """)
                .param(attempts.stream().mapToLong(AttemptKey::action).toArray())
                .param(attempts.stream().mapToLong(AttemptKey::token).toArray())
                .update();
    }

    /** Aborts what is live of a run, or below an action. Repeated until there is nothing: another control plane may have added children. */
    List<ActionChange> cancel(Cancel cancel, Instant now) {
        List<ActionChange> aborted = new ArrayList<>();
        List<ActionChange> more = abort(cancel, now);
        while (!more.isEmpty()) {
            aborted.addAll(more);
            more = abort(cancel, now);
        }
        return aborted;
    }

    /**
     * Locks first and looks then, because another control plane may be claiming them. Index (run, name): one pass for a run, one for
     * each action below another.
     */
    private List<ActionChange> abort(Cancel cancel, Instant now) {
        return sql.sql("""
                WITH RECURSIVE doomed AS (
                    SELECT id, name FROM action WHERE run = ? AND (name = ? OR ?)
                    UNION ALL
                    SELECT c.id, c.name FROM action c JOIN doomed d ON c.parent = d.name WHERE c.run = ? AND NOT ?
                ), live AS MATERIALIZED (
                    SELECT a.id, a.phase FROM action a JOIN doomed d ON d.id = a.id
                    WHERE a.phase IN ('QUEUED', 'RUNNING') AND (? OR d.name <> ?)
                    ORDER BY a.id FOR UPDATE OF a
                ), aborted AS (
                    UPDATE action a
                    SET phase = 'ABORTED', parked = false, ended_at = ?::timestamptz,
                        error_code = 'CANCELLED', error_message = ?
                    FROM live l WHERE a.id = l.id
                    RETURNING a.id, a.run, a.name, a.parent, a.task, a.pool_id, a.phase, a.attempt, a.replica_id,
                              a.token, a.available_at, a.dispatched_at, l.phase = 'RUNNING' AS ran
                ), written AS (
                    INSERT INTO attempt (action_id, number, phase, replica_id, queued_at, dispatched_at, ended_at,
                                         committed_at, error_code, error_message, token)
                    SELECT id, attempt, phase, replica_id, available_at, dispatched_at, ?::timestamptz,
                           ?::timestamptz, 'CANCELLED', ?, token
                    FROM aborted WHERE ran
                ), closed AS (
                    UPDATE run SET phase = 'ABORTED', ended_at = ?::timestamptz
                    FROM aborted a WHERE a.parent IS NULL AND run.name = a.run
                )
                SELECT id, run, name, parent, task, pool_id, phase, attempt, replica_id, token, ran FROM aborted
                """)
                .param(cancel.run())
                .param(cancel.start())
                .param(cancel.isWholeRun())
                .param(cancel.run())
                .param(cancel.isWholeRun())
                .param(cancel.itself())
                .param(cancel.start())
                .param(now.toString())
                .param(cancel.reason())
                .param(now.toString())
                .param(now.toString())
                .param(cancel.reason())
                .param(now.toString())
                .query((row, n) -> change(
                        row,
                        new Failed(ErrorCode.CANCELLED, cancel.reason(), null),
                        row.getBoolean("ran") ? new AttemptKey(row.getLong("id"), row.getLong("token")) : null))
                .list();
    }

    private static ActionChange change(ResultSet row, AttemptEnd end) throws SQLException {
        ActionPhase phase = ActionPhase.valueOf(row.getString("phase"));
        return change(row, phase.isTerminal() ? end.outcome() : null, null);
    }

    private static ActionChange change(ResultSet row, @Nullable Outcome outcome, @Nullable AttemptKey interrupted)
            throws SQLException {
        return new ActionChange(
                row.getLong("id"),
                row.getString("run"),
                row.getString("name"),
                row.getString("parent"),
                row.getString("task"),
                row.getLong("pool_id"),
                ActionPhase.valueOf(row.getString("phase")),
                row.getInt("attempt"),
                row.getObject("replica_id", Long.class),
                outcome,
                interrupted);
    }

    private static String phase(AttemptEnd end) {
        return Committer.phaseOf(end.outcome()).name();
    }

    private static <T> @Nullable String[] texts(List<T> each, Function<T, @Nullable String> value) {
        return each.stream().map(value).toArray(String[]::new);
    }

    private static @Nullable String[] times(List<AttemptEnd> each, Function<AttemptEnd, @Nullable Instant> value) {
        return texts(each, end -> {
            Instant time = value.apply(end);
            return time == null ? null : time.toString();
        });
    }

    private static long[] longs(List<AttemptEnd> each, Function<Times, Long> value) {
        return each.stream()
                .mapToLong(end -> end.times() == null ? 0 : value.apply(end.times()))
                .toArray();
    }
}
