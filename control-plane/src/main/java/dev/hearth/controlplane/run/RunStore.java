package dev.hearth.controlplane.run;

import dev.hearth.api.ActionView.AttemptView;
import dev.hearth.api.RunEvent;
import dev.hearth.api.RunView.ErrorView;
import dev.hearth.controlplane.journal.Asked;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.model.ActionPhase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements with which runs and actions are read. */
@Repository
class RunStore {
    /** An action that queues in a pool without a ready replica waits for a cold start, and is shown as such. */
    static final String SHOWN_PHASE = """
            CASE WHEN a.phase = 'QUEUED' AND NOT EXISTS (
                SELECT 1 FROM replica p WHERE p.pool_id = a.pool_id AND p.phase = 'READY')
            THEN 'WAITING_FOR_RESOURCES' ELSE a.phase END""";

    static final String ACTION = """
            SELECT a.id, a.name, a.parent, a.environment, a.task, %s AS phase, a.replica_id, a.parked, a.created_at,
                   a.ended_at, a.input, a.input_type, a.input_blob, a.output, a.output_type, a.output_blob,
                   a.error_code, a.error_message, a.error_details
            FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a
            """.formatted(SHOWN_PHASE);

    /** Of a run: its root, and its actions counted by the phase that they show, in one pass by index (run, name). */
    static final String RUN_COLUMNS = """
            SELECT r.id, r.name, r.project, r.environment, r.version, r.task, r.phase, r.created_at, r.ended_at,
                   a.output, a.output_type, a.output_blob, a.error_code, a.error_message, a.error_details,
                   (SELECT string_agg(c.phase || '=' || c.actions, ',')
                    FROM (SELECT %s AS phase, sum(a.actions) AS actions
                          FROM (SELECT phase, pool_id, count(*) AS actions
                                FROM recorded_actions(r.name, r.ended_at) GROUP BY phase, pool_id) a
                          GROUP BY 1) c) AS counts
            """.formatted(SHOWN_PHASE);

    static final String WITH_ROOT = "JOIN LATERAL recorded_actions(r.name, r.ended_at) a ON a.name = 'a0'\n";

    private static final String RUN = RUN_COLUMNS + "FROM run r " + WITH_ROOT;

    private final JdbcClient sql;

    RunStore(JdbcClient sql) {
        this.sql = sql;
    }

    record RunRow(
            long id,
            String name,
            String project,
            String environment,
            String version,
            String task,
            ActionPhase phase,
            Instant createdAt,
            @Nullable Instant endedAt,
            @Nullable Payload output,
            @Nullable ErrorView error,
            Map<ActionPhase, Integer> actions) {}

    /** An environment and a task of it. */
    /**
     * A run that has an idempotency key.
     *
     * @param asked null if it is of a version that did not keep it
     */
    record Keyed(
            String key,
            String run,
            String environment,
            String task,
            @Nullable Asked asked) {}

    record ActionRow(
            long id,
            String name,
            @Nullable String parent,
            String environment,
            String task,
            ActionPhase phase,
            @Nullable String replica,
            boolean parked,
            Instant createdAt,
            @Nullable Instant endedAt,
            Payload input,
            @Nullable Payload output,
            @Nullable ErrorView error) {}

    /** Unique index on name. */
    Optional<RunRow> find(String name) {
        return sql.sql(RUN + "WHERE r.name = ?")
                .param(clean(name))
                .query((row, n) -> run(row))
                .optional();
    }

    /** The runs that have one of these keys. Index (project, idempotency_key). */
    List<Keyed> keyed(String project, String[] keys) {
        return sql.sql("""
                        SELECT idempotency_key, name, environment, task, asked_input, asked_overrides FROM run
                        WHERE project = ? AND idempotency_key = ANY (?)""")
                .param(project)
                .param(keys)
                .query((row, n) -> {
                    byte[] input = row.getBytes("asked_input");
                    return new Keyed(
                            row.getString("idempotency_key"),
                            row.getString("name"),
                            row.getString("environment"),
                            row.getString("task"),
                            input == null ? null : new Asked(input, row.getBytes("asked_overrides")));
                })
                .list();
    }

    /** Whether a run has ended; empty = there is no such run. */
    Optional<Boolean> hasEnded(String name) {
        return sql.sql("SELECT ended_at IS NOT NULL FROM run WHERE name = ?")
                .param(clean(name))
                .query((row, n) -> row.getBoolean(1))
                .optional();
    }

    /** Newest first, by primary key. */
    List<RunRow> latest(int count) {
        return sql.sql(RUN + "ORDER BY r.id DESC LIMIT ?")
                .param(count)
                .query((row, n) -> run(row))
                .list();
    }

    Optional<ActionRow> action(String run, String name) {
        return sql.sql(ACTION + "WHERE r.name = ? AND a.name = ?")
                .params(run, clean(name))
                .query((row, n) -> action(row))
                .optional();
    }

    /** All actions of a run as the event stream shows them. */
    List<RunEvent> events(String run) {
        return sql.sql("""
                SELECT a.name, a.parent, a.task, a.phase, a.attempt, a.replica_id
                FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a WHERE r.name = ? ORDER BY a.id
                """)
                .param(run)
                .query((row, n) -> new RunEvent(
                        row.getString("name"),
                        row.getString("parent"),
                        row.getString("task"),
                        ActionPhase.valueOf(row.getString("phase")),
                        row.getInt("attempt"),
                        row.getString("replica_id")))
                .list();
    }

    /** By primary key. */
    Map<Long, List<AttemptView>> attempts(long[] actions) {
        record Attempt(long action, AttemptView view) {}
        return sql
                .sql("SELECT * FROM attempt WHERE action_id = ANY (?::bigint[]) ORDER BY action_id, number")
                .param(actions)
                .query((row, n) -> new Attempt(row.getLong("action_id"), attempt(row)))
                .list()
                .stream()
                .collect(
                        Collectors.groupingBy(Attempt::action, Collectors.mapping(Attempt::view, Collectors.toList())));
    }

    static RunRow run(ResultSet row) throws SQLException {
        return new RunRow(
                row.getLong("id"),
                row.getString("name"),
                row.getString("project"),
                row.getString("environment"),
                row.getString("version"),
                row.getString("task"),
                ActionPhase.valueOf(row.getString("phase")),
                row.getTimestamp("created_at").toInstant(),
                time(row, "ended_at"),
                output(row),
                error(row),
                counts(row.getString("counts")));
    }

    /** Reads {@code RUNNING=1,SUCCEEDED=4}. */
    private static Map<ActionPhase, Integer> counts(String text) {
        Map<ActionPhase, Integer> counts = new EnumMap<>(ActionPhase.class);
        for (String each : text.split(",")) {
            int equals = each.indexOf('=');
            counts.put(ActionPhase.valueOf(each.substring(0, equals)), Integer.valueOf(each.substring(equals + 1)));
        }
        return counts;
    }

    private static @Nullable Payload output(ResultSet row) throws SQLException {
        String type = row.getString("output_type");
        return type == null ? null : new Payload(row.getBytes("output"), type, row.getString("output_blob"));
    }

    static ActionRow action(ResultSet row) throws SQLException {
        return new ActionRow(
                row.getLong("id"),
                row.getString("name"),
                row.getString("parent"),
                row.getString("environment"),
                row.getString("task"),
                ActionPhase.valueOf(row.getString("phase")),
                row.getString("replica_id"),
                row.getBoolean("parked"),
                row.getTimestamp("created_at").toInstant(),
                time(row, "ended_at"),
                new Payload(row.getBytes("input"), row.getString("input_type"), row.getString("input_blob")),
                output(row),
                error(row));
    }

    private static AttemptView attempt(ResultSet row) throws SQLException {
        return new AttemptView(
                row.getInt("number"),
                ActionPhase.valueOf(row.getString("phase")),
                row.getString("replica_id"),
                row.getTimestamp("queued_at").toInstant(),
                time(row, "dispatched_at"),
                time(row, "acknowledged_at"),
                time(row, "started_at"),
                time(row, "ended_at"),
                row.getTimestamp("committed_at").toInstant(),
                row.getLong("cold_start_ms"),
                row.getBoolean("reused"),
                row.getLong("replica_age_ms"),
                row.getLong("served_before"),
                row.getLong("waited_for_children_ms"),
                row.getInt("stale_writes"),
                error(row));
    }

    private static @Nullable ErrorView error(ResultSet row) throws SQLException {
        String code = row.getString("error_code");
        return code == null
                ? null
                : new ErrorView(code, row.getString("error_message"), row.getString("error_details"));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    /** PostgreSQL's text has no NUL: a name with one names nothing. */
    static String clean(String name) {
        return name.replace("\0", "");
    }
}
