package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.Terms;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The statements with which runs and actions come into being. */
@Component
final class SubmitStore {
    private final JdbcClient sql;

    SubmitStore(JournalDatabase database) {
        this.sql = JdbcClient.create(database.dataSource());
    }

    /** Inserts runs with their roots; answers the root by the name that was asked for. Known idempotency keys answer the run that has them. */
    Map<String, StoredAction> insertRuns(List<NewRun> runs, ToLongFunction<NewRun> turn, Instant now) {
        Map<String, StoredAction> stored = new HashMap<>();
        sql.sql("""
                WITH wanted AS (
                    SELECT * FROM unnest(
                        ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::text[],
                        ?::bytea[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::int[], ?::bigint[], ?::bytea[], ?::bytea[])
                    WITH ORDINALITY AS w (name, project, environment, version_id, version, task, pool_id,
                                          idempotency_key, input, input_type, input_blob, retries, backoff_ms,
                                          backoff_max_ms, timeout_ms, queue_timeout_ms, priority, turn, asked_input,
                                          asked_overrides, place)
                ), stored AS (
                    INSERT INTO run (name, project, environment, version_id, version, task, phase, idempotency_key,
                                     asked_input, asked_overrides, created_at)
                    SELECT name, project, environment, version_id, version, task, 'QUEUED', idempotency_key,
                           asked_input, asked_overrides, ?::timestamptz
                    FROM wanted ORDER BY place
                    ON CONFLICT DO NOTHING
                    RETURNING name
                )
                INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at,
                                    available_at, input, input_type, input_blob, retries, backoff_ms, backoff_max_ms,
                                    timeout_ms, queue_timeout_ms, queue_deadline, priority, turn)
                SELECT name, 'a0', environment, version_id, task, pool_id, 'QUEUED', ?::timestamptz, ?::timestamptz,
                       input, input_type, input_blob, retries, backoff_ms, backoff_max_ms, timeout_ms, queue_timeout_ms,
                       ?::timestamptz + queue_timeout_ms * interval '1 ms', priority, turn
                FROM wanted WHERE (name IN (SELECT name FROM stored)) IS TRUE ORDER BY place
                RETURNING id, run
                """)
                .param(texts(runs, NewRun::name))
                .param(texts(runs, NewRun::project))
                .param(texts(runs, NewRun::environment))
                .param(longs(runs, NewRun::versionId))
                .param(texts(runs, NewRun::version))
                .param(texts(runs, NewRun::task))
                .param(longs(runs, NewRun::poolId))
                .param(texts(runs, NewRun::idempotencyKey))
                .param(runs.stream().map(run -> run.input().bytes()).toArray(byte[][]::new))
                .param(texts(runs, run -> run.input().mediaType()))
                .param(texts(runs, run -> run.input().blob()))
                .param(runs.stream().mapToInt(run -> run.terms().retries()).toArray())
                .param(longs(runs, run -> run.terms().backoff().toMillis()))
                .param(longs(runs, run -> run.terms().longestBackoff().toMillis()))
                .param(millis(runs, run -> stored(run.terms())))
                .param(millis(runs, run -> run.terms().queueTimeout()))
                .param(runs.stream().mapToInt(NewRun::priority).toArray())
                .param(longs(runs, turn))
                .param(runs.stream()
                        .map(run -> run.asked() == null ? null : run.asked().input())
                        .toArray(byte[][]::new))
                .param(runs.stream()
                        .map(run -> run.asked() == null ? null : run.asked().overrides())
                        .toArray(byte[][]::new))
                .param(now.toString())
                .param(now.toString())
                .param(now.toString())
                .param(now.toString())
                .query(row -> {
                    String run = row.getString("run");
                    stored.put(run, new StoredAction(row.getLong("id"), run, "a0", ActionPhase.QUEUED, true, null));
                });
        List<NewRun> known =
                runs.stream().filter(run -> !stored.containsKey(run.name())).toList();
        if (!known.isEmpty()) {
            stored.putAll(findByKey(known));
        }
        return stored;
    }

    /** Index (project, idempotency_key). Asked only for keys that were just refused as duplicates. */
    private Map<String, StoredAction> findByKey(List<NewRun> runs) {
        Map<String, StoredAction> found = new HashMap<>();
        sql.sql("""
                SELECT w.name AS wanted, a.id, a.run, a.name, a.phase, a.output, a.output_type, a.output_blob,
                       a.error_code, a.error_message, a.error_details
                FROM unnest(?::text[], ?::text[], ?::text[]) AS w (name, project, idempotency_key)
                JOIN run r ON r.name = w.name OR (r.project, r.idempotency_key) = (w.project, w.idempotency_key)
                JOIN LATERAL recorded_actions(r.name, r.ended_at) a ON a.name = 'a0'
                """)
                .param(texts(runs, NewRun::name))
                .param(texts(runs, NewRun::project))
                .param(texts(runs, NewRun::idempotencyKey))
                .query(row -> {
                    found.put(row.getString("wanted"), existing(row));
                });
        return found;
    }

    /**
     * Inserts children whose parent's attempt is current, and keeps it so until the commit: a cancel elsewhere waits and then sees
     * them. Answers each, new or found. Index (run, name).
     */
    Function<NewChild, @Nullable StoredAction> insertChildren(
            List<NewChild> children, ToLongFunction<NewChild> turn, Instant now) {
        Map<String, Map<String, StoredAction>> stored = new HashMap<>();
        sql.sql("""
                WITH parent AS MATERIALIZED (
                    SELECT id, token FROM action WHERE id = ANY (?::bigint[]) AND phase = ? ORDER BY id FOR SHARE
                )
                INSERT INTO action (run, name, parent, environment, version_id, task, pool_id, phase, created_at,
                                    available_at, input, input_type, input_blob, retries, backoff_ms, backoff_max_ms,
                                    timeout_ms, queue_timeout_ms, queue_deadline, priority, turn, parent_attempt,
                                    ended_at, output, output_type, output_blob, error_code, error_message, error_details)
                SELECT w.run, w.name, w.parent, w.environment, w.version_id, w.task, w.pool_id, w.phase,
                       ?::timestamptz, ?::timestamptz, w.input, w.input_type, w.input_blob, w.retries, w.backoff_ms,
                       w.backoff_max_ms, w.timeout_ms, w.queue_timeout_ms,
                       ?::timestamptz + w.queue_timeout_ms * interval '1 ms', w.priority, w.turn, w.parent_number,
                       CASE WHEN w.phase <> 'QUEUED' THEN ?::timestamptz END, w.output, w.output_type, w.output_blob,
                       w.error_code, w.error_message, w.error_details
                FROM unnest(
                    ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[],
                    ?::bigint[], ?::bytea[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[],
                    ?::bigint[], ?::int[], ?::bigint[], ?::int[], ?::text[], ?::bytea[], ?::text[], ?::text[],
                    ?::text[], ?::text[], ?::text[])
                WITH ORDINALITY AS w (parent_id, parent_token, run, name, parent, environment, version_id, task,
                                      pool_id, input, input_type, input_blob, retries, backoff_ms, backoff_max_ms,
                                      timeout_ms, queue_timeout_ms, priority, turn, parent_number, phase, output,
                                      output_type, output_blob, error_code, error_message, error_details, place)
                JOIN parent p ON p.id = w.parent_id AND p.token = w.parent_token
                ORDER BY w.place
                ON CONFLICT (run, name) DO NOTHING
                RETURNING id, run, name, phase, output, output_type, output_blob, error_code, error_message, error_details
                """)
                .param(children.stream()
                        .mapToLong(child -> child.parentAttempt().action())
                        .distinct()
                        .toArray())
                .param(EndStore.RUNNING)
                .param(now.toString())
                .param(now.toString())
                .param(now.toString())
                .param(now.toString())
                .param(longs(children, child -> child.parentAttempt().action()))
                .param(longs(children, child -> child.parentAttempt().token()))
                .param(texts(children, NewChild::run))
                .param(texts(children, NewChild::name))
                .param(texts(children, NewChild::parent))
                .param(texts(children, NewChild::environment))
                .param(longs(children, NewChild::versionId))
                .param(texts(children, NewChild::task))
                .param(longs(children, NewChild::poolId))
                .param(children.stream().map(child -> child.input().bytes()).toArray(byte[][]::new))
                .param(texts(children, child -> child.input().mediaType()))
                .param(texts(children, child -> child.input().blob()))
                .param(children.stream()
                        .mapToInt(child -> child.terms().retries())
                        .toArray())
                .param(longs(children, child -> child.terms().backoff().toMillis()))
                .param(longs(children, child -> child.terms().longestBackoff().toMillis()))
                .param(millis(children, child -> stored(child.terms())))
                .param(millis(children, child -> child.terms().queueTimeout()))
                .param(children.stream().mapToInt(NewChild::priority).toArray())
                .param(longs(children, turn))
                .param(children.stream().mapToInt(NewChild::parentNumber).toArray())
                .param(texts(children, child -> phaseOf(child.known()).name()))
                .param(children.stream()
                        .map(child -> child.known() instanceof Succeeded s
                                ? s.output().bytes()
                                : null)
                        .toArray(byte[][]::new))
                .param(texts(
                        children,
                        child -> child.known() instanceof Succeeded s
                                ? s.output().mediaType()
                                : null))
                .param(texts(
                        children,
                        child -> child.known() instanceof Succeeded s
                                ? s.output().blob()
                                : null))
                .param(texts(children, child -> child.known() instanceof Failed f ? f.code() : null))
                .param(texts(children, child -> child.known() instanceof Failed f ? f.message() : null))
                .param(texts(children, child -> child.known() instanceof Failed f ? f.details() : null))
                .query(row -> {
                    put(stored, action(row, true));
                });
        List<NewChild> known =
                children.stream().filter(child -> find(stored, child) == null).toList();
        if (!known.isEmpty()) {
            askAgain(known, now);
            findChildren(known, stored);
        }
        return child -> find(stored, child);
    }

    /** The timeout as {@link ClaimedAction#of} reads it: below zero if waiting for children is left out of it. */
    private static @Nullable Duration stored(Terms terms) {
        Duration timeout = terms.timeout();
        return timeout != null && terms.timeoutExcludesChildren() ? timeout.negated() : timeout;
    }

    private static ActionPhase phaseOf(@Nullable Outcome known) {
        return known == null ? ActionPhase.QUEUED : Committer.phaseOf(known);
    }

    /**
     * A later attempt of their parent asks for children that exist: those that ended badly begin anew, those that live are its
     * own from now on, so that their end, too, is only told once. By index (run, name).
     */
    private void askAgain(List<NewChild> children, Instant now) {
        List<NewChild> later =
                children.stream().filter(child -> child.parentNumber() > 1).toList();
        if (later.isEmpty()) {
            return;
        }
        sql.sql("""
                UPDATE action a
                SET parent_attempt = w.parent_number,
                    phase = CASE WHEN again.x THEN 'QUEUED' ELSE a.phase END,
                    available_at = CASE WHEN again.x THEN ?::timestamptz ELSE a.available_at END,
                    queue_deadline = CASE WHEN again.x THEN ?::timestamptz + a.queue_timeout_ms * interval '1 ms'
                                     ELSE a.queue_deadline END,
                    user_failures = CASE WHEN again.x THEN 0 ELSE a.user_failures END,
                    system_failures = CASE WHEN again.x THEN 0 ELSE a.system_failures END,
                    ended_at = CASE WHEN NOT again.x THEN a.ended_at END,
                    error_code = CASE WHEN NOT again.x THEN a.error_code END,
                    error_message = CASE WHEN NOT again.x THEN a.error_message END,
                    error_details = CASE WHEN NOT again.x THEN a.error_details END
                FROM unnest(?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[])
                        AS w (run, name, parent_number, parent_id, parent_token)
                JOIN action p ON p.id = w.parent_id AND p.token = w.parent_token AND p.phase = ?
                JOIN action known ON known.run = w.run AND known.name = w.name
                CROSS JOIN LATERAL (SELECT known.phase IN ('FAILED', 'ABORTED', 'TIMED_OUT') AS x) again
                WHERE a.id = known.id AND a.phase <> 'SUCCEEDED' AND a.parent_attempt < w.parent_number
                """)
                .param(now.toString())
                .param(now.toString())
                .param(texts(later, NewChild::run))
                .param(texts(later, NewChild::name))
                .param(later.stream().mapToInt(NewChild::parentNumber).toArray())
                .param(longs(later, child -> child.parentAttempt().action()))
                .param(longs(later, child -> child.parentAttempt().token()))
                .param(EndStore.RUNNING)
                .update();
    }

    private void findChildren(List<NewChild> children, Map<String, Map<String, StoredAction>> stored) {
        sql.sql("""
                SELECT a.id, a.run, a.name, a.phase, a.output, a.output_type, a.output_blob,
                       a.error_code, a.error_message, a.error_details
                FROM unnest(?::text[], ?::text[], ?::text[]) AS w (run, name, parent)
                JOIN action a ON a.run = w.run AND a.name = w.name AND a.parent = w.parent
                """)
                .param(texts(children, NewChild::run))
                .param(texts(children, NewChild::name))
                .param(texts(children, NewChild::parent))
                .query(row -> {
                    put(stored, existing(row));
                });
    }

    private static StoredAction existing(ResultSet row) throws SQLException {
        return action(row, false);
    }

    private static StoredAction action(ResultSet row, boolean created) throws SQLException {
        ActionPhase phase = ActionPhase.valueOf(row.getString("phase"));
        return new StoredAction(
                row.getLong("id"), row.getString("run"), row.getString("name"), phase, created, outcome(row, phase));
    }

    /** The outcome that a row of action holds; null while it is live. */
    static @Nullable Outcome outcome(ResultSet row, ActionPhase phase) throws SQLException {
        if (!phase.isTerminal()) {
            return null;
        }
        if (phase == ActionPhase.SUCCEEDED) {
            return new Succeeded(
                    new Payload(row.getBytes("output"), row.getString("output_type"), row.getString("output_blob")));
        }
        return new Failed(row.getString("error_code"), row.getString("error_message"), row.getString("error_details"));
    }

    private static void put(Map<String, Map<String, StoredAction>> stored, StoredAction action) {
        stored.computeIfAbsent(action.run(), run -> new HashMap<>()).put(action.name(), action);
    }

    private static @Nullable StoredAction find(Map<String, Map<String, StoredAction>> stored, NewChild child) {
        return stored.getOrDefault(child.run(), Map.of()).get(child.name());
    }

    private static <T> @Nullable String[] texts(List<T> each, Function<T, @Nullable String> value) {
        return each.stream().map(value).toArray(String[]::new);
    }

    private static <T> @Nullable Long[] millis(List<T> each, Function<T, @Nullable Duration> value) {
        return each.stream()
                .map(value)
                .map(duration -> duration == null ? null : Long.valueOf(duration.toMillis()))
                .toArray(Long[]::new);
    }

    private static <T> long[] longs(List<T> each, ToLongFunction<T> value) {
        return each.stream().mapToLong(value).toArray();
    }
}
