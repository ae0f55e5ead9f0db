package dev.hearth.controlplane.flyte;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.problem.Texts;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.Turn;
import dev.hearth.model.ActionPhase;
import flyteidl2.task.RunSpec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The tables of this door, and what it reads of the engine's. Thread-safe. */
@Repository
class FlyteStore {
    /** Things that are remembered because they never change. */
    private static final int REMEMBERED = 10_000;

    /** That are read at once. */
    static final int CHILDREN = 5_000;

    private static final String ACTION = """
            SELECT a.id, r.name AS run, a.name, a.parent, a.environment, a.task, a.attempt, a.parent_attempt,
                   a.created_at, a.dispatched_at, a.ended_at, a.input, a.input_type, a.input_blob, a.output, a.output_type, a.error_code,
                   a.error_message,
                   CASE WHEN a.phase = 'QUEUED' AND NOT EXISTS (
                       SELECT 1 FROM replica p WHERE p.pool_id = a.pool_id AND p.phase = 'READY')
                   THEN 'WAITING_FOR_RESOURCES' ELSE a.phase END AS phase
            FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a
            """;

    private final JdbcClient sql;
    private final JsonMapper json;
    private final Clock clock;
    private final Payloads payloads;
    private final Map<String, FlyteRun> runs = new ConcurrentHashMap<>();
    private volatile byte @Nullable [] uploadKey;

    FlyteStore(JdbcClient sql, JsonMapper json, Clock clock, Payloads payloads) {
        this.sql = sql;
        this.json = json;
        this.clock = clock;
        this.payloads = payloads;
    }

    /** A run that came through this door. */
    record FlyteRun(Place place, RunSpec spec) {}

    /** @param call null for an action that another door started */
    record ActionRow(
            long id,
            String run,
            String name,
            @Nullable String parent,
            String environment,
            String task,
            ActionPhase phase,
            int attempt,
            int parentAttempt,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Call call,
            @Nullable Result result,
            @Nullable Failed error) {}

    record EndedChild(
            long id,
            String name,
            ActionPhase phase,
            int parentAttempt,
            @Nullable Result result,
            @Nullable Failed error) {}

    /** A try that has ended. */
    record AttemptRow(
            int number,
            ActionPhase phase,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Failed error) {}

    /** An action that may ask for children: its current attempt, if it runs. */
    record Parent(
            String environment,
            long versionId,
            long pool,
            int attempt,
            int priority,
            int depth,
            @Nullable AttemptKey running) {}

    void save(String run, Place place, RunSpec spec) {
        sql.sql("""
                INSERT INTO flyte_run (run, org, project, domain, run_spec, created_at) VALUES (?, ?, ?, ?, ?, ?::timestamptz)
                ON CONFLICT DO NOTHING
                """)
                .params(
                        run,
                        place.org(),
                        place.project(),
                        place.domain(),
                        spec.toByteArray(),
                        clock.instant().toString())
                .update();
    }

    /** PostgreSQL's text holds every character but NUL. */
    static String clean(String text) {
        if (!Texts.isStorable(text)) {
            throw new ConnectException(Code.INVALID_ARGUMENT, "a name holds the character U+0000");
        }
        return text;
    }

    Optional<FlyteRun> run(String name) {
        FlyteRun known = runs.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<FlyteRun> read = sql.sql("SELECT org, project, domain, run_spec FROM flyte_run WHERE run = ?")
                .param(clean(name))
                .query((row, n) -> new FlyteRun(
                        new Place(row.getString("org"), row.getString("project"), row.getString("domain")),
                        parsed(RunSpec.parser(), row.getBytes("run_spec"))))
                .optional();
        read.ifPresent(found -> remember(runs, name, found));
        return read;
    }

    /** What addresses for uploads are signed with, the same for all control planes. */
    byte[] uploadKey() {
        byte[] known = uploadKey;
        if (known == null) {
            known = sql.sql("SELECT upload_key FROM flyte_door")
                    .query(byte[].class)
                    .single();
            uploadKey = known;
        }
        return known;
    }

    static <V> void remember(Map<String, V> known, String key, V value) {
        if (known.size() >= REMEMBERED) {
            known.clear();
        }
        known.put(key, value);
    }

    Optional<Parent> parent(String run, String action) {
        return sql.sql("""
                SELECT id, token, attempt, phase, environment, version_id, pool_id, priority, turn FROM action WHERE run = ? AND name = ?
                """)
                .params(clean(run), clean(action))
                .query((row, n) -> new Parent(
                        row.getString("environment"),
                        row.getLong("version_id"),
                        row.getLong("pool_id"),
                        row.getInt("attempt"),
                        row.getInt("priority"),
                        Turn.depth(row.getLong("turn")),
                        row.getString("phase").equals("RUNNING")
                                ? new AttemptKey(row.getLong("id"), row.getLong("token"))
                                : null))
                .optional();
    }

    Optional<ActionRow> action(String run, String name) {
        return sql.sql(ACTION + "WHERE r.name = ? AND a.name = ?")
                .params(clean(run), clean(name))
                .query((row, n) -> action(row))
                .optional();
    }

    /** In the order of creation. */
    List<ActionRow> actions(String run, int limit, int offset) {
        return sql.sql(ACTION + "WHERE r.name = ? ORDER BY a.id LIMIT ? OFFSET ?")
                .params(clean(run), limit, offset)
                .query((row, n) -> action(row))
                .list();
    }

    /**
     * Children that have ended since then, in the order of creation, behind this one; at most {@link #CHILDREN}, without their inputs:
     * a parent may have a hundred thousand. By index (run, name).
     */
    List<EndedChild> endedChildren(String run, String parent, Instant since, long behind) {
        return sql.sql("""
                SELECT a.id, a.name, a.phase, a.parent_attempt, a.output, a.output_type, a.error_code, a.error_message
                FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a
                WHERE r.name = ? AND a.parent = ? AND a.ended_at >= ?::timestamptz AND a.id > ? ORDER BY a.id LIMIT ?
                """)
                .params(clean(run), clean(parent), since.toString(), behind, CHILDREN)
                .query((row, n) -> new EndedChild(
                        row.getLong("id"),
                        row.getString("name"),
                        ActionPhase.valueOf(row.getString("phase")),
                        row.getInt("parent_attempt"),
                        result(row),
                        error(row)))
                .list();
    }

    /**
     * The roots of the newest runs of a project.
     *
     * @param task null = of all tasks
     */
    List<ActionRow> roots(Place place, @Nullable String task, int limit, int offset) {
        return sql.sql(ACTION + """
                JOIN flyte_run f ON f.run = r.name
                WHERE f.project = ? AND f.domain = ? AND a.name = 'a0' AND (?::text IS NULL OR r.task = ?)
                ORDER BY f.created_at DESC LIMIT ? OFFSET ?
                """)
                .param(clean(place.project()))
                .param(clean(place.domain()))
                .param(task == null ? null : clean(task))
                .param(task)
                .param(limit)
                .param(offset)
                .query((row, n) -> action(row))
                .list();
    }

    List<AttemptRow> attempts(long action) {
        return sql.sql("SELECT * FROM attempt WHERE action_id = ? ORDER BY number")
                .param(action)
                .query((row, n) -> new AttemptRow(
                        row.getInt("number"),
                        ActionPhase.valueOf(row.getString("phase")),
                        time(row, "started_at"),
                        time(row, "ended_at"),
                        error(row)))
                .list();
    }

    List<String> projects() {
        return sql.sql(
                        "SELECT DISTINCT project FROM flyte_run UNION SELECT DISTINCT project FROM flyte_task ORDER BY 1")
                .query((row, n) -> row.getString(1))
                .list();
    }

    /** What an action with this key has answered, if it has succeeded. */
    Optional<Result> cached(Place place, String key) {
        return sql.sql("""
                SELECT a.output, a.output_type
                FROM flyte_cache c JOIN run r ON r.name = c.run
                CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a
                WHERE c.project = ? AND c.domain = ? AND c.key = ? AND a.name = c.action AND a.phase = 'SUCCEEDED'
                """)
                .params(place.project(), place.domain(), clean(key))
                .query((row, n) -> requireNonNull(result(row)))
                .optional();
    }

    /** Whose result is taken from now on, once it has succeeded. */
    void cache(Place place, String key, String run, String action) {
        sql.sql("""
                INSERT INTO flyte_cache (project, domain, key, run, action, created_at) VALUES (?, ?, ?, ?, ?, ?::timestamptz)
                ON CONFLICT (project, domain, key) DO UPDATE SET run = excluded.run, action = excluded.action
                """)
                .params(
                        place.project(),
                        place.domain(),
                        key,
                        run,
                        action,
                        clock.instant().toString())
                .update();
    }

    private ActionRow action(ResultSet row) throws SQLException {
        return new ActionRow(
                row.getLong("id"),
                row.getString("run"),
                row.getString("name"),
                row.getString("parent"),
                row.getString("environment"),
                row.getString("task"),
                ActionPhase.valueOf(row.getString("phase")),
                row.getInt("attempt"),
                row.getInt("parent_attempt"),
                row.getTimestamp("created_at").toInstant(),
                time(row, "dispatched_at"),
                time(row, "ended_at"),
                call(row),
                result(row),
                error(row));
    }

    private @Nullable Call call(ResultSet row) throws SQLException {
        String type = row.getString("input_type");
        if (!Call.MEDIA_TYPE.equals(type)) {
            return null;
        }
        byte[] input = payloads.bytes(new Payload(row.getBytes("input"), type, row.getString("input_blob")));
        return input.length == 0 ? null : json.readValue(input, Call.class);
    }

    private @Nullable Result result(ResultSet row) throws SQLException {
        return Result.MEDIA_TYPE.equals(row.getString("output_type"))
                ? json.readValue(row.getBytes("output"), Result.class)
                : null;
    }

    private static @Nullable Failed error(ResultSet row) throws SQLException {
        String code = row.getString("error_code");
        return code == null ? null : new Failed(code, String.valueOf(row.getString("error_message")), null);
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    static <M> M parsed(Parser<M> parser, byte[] bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored message cannot be read", e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
