package dev.hearth.controlplane.waiting;

import dev.hearth.controlplane.scheduling.ParentsRoom;
import dev.hearth.controlplane.waiting.ActionFacts.Holder;
import dev.hearth.controlplane.waiting.QueueFacts.Contact;
import dev.hearth.controlplane.waiting.QueueFacts.Longest;
import dev.hearth.controlplane.waiting.QueueFacts.Place;
import dev.hearth.controlplane.waiting.QueueFacts.PlacesHeld;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.Resources;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The reads behind the answer, for one action. */
@Component
final class WaitingStore {
    private static final int CHILDREN_NAMED = 5;

    private final JdbcClient jdbc;

    WaitingStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One row, by the unique index on (run, name), then primary keys. */
    Optional<ActionFacts> action(String run, String name) {
        return jdbc.sql("""
                        SELECT a.id, a.run, a.name, a.environment, a.pool_id, p.run IS NOT NULL AS own_pool, a.phase, a.parked,
                            a.priority, a.available_at, a.attempt, a.user_failures + a.system_failures AS failures,
                            a.dispatched_at, a.ended_at, a.replica_id, r.ordinal,
                            1000 * extract(epoch FROM clock_timestamp() - r.seen_at) AS silence_ms
                        FROM recorded_action a
                        LEFT JOIN pool p ON p.id = a.pool_id
                        LEFT JOIN replica r ON r.id = a.replica_id
                        WHERE a.run = :run AND a.name = :name""")
                .param("run", clean(run))
                .param("name", clean(name))
                .query(WaitingStore::facts)
                .optional();
    }

    /** By the unique index on name. */
    boolean knowsRun(String run) {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM run WHERE name = :run)")
                .param("run", clean(run))
                .query(Boolean.class)
                .single();
    }

    /** Children that have not ended: by the unique index on (run, name), as many rows as the run has actions. */
    Children children(String run, String parent) {
        return jdbc.sql("""
                        SELECT count(*) FILTER (WHERE phase = 'QUEUED') AS queued,
                            count(*) FILTER (WHERE phase = 'RUNNING') AS running,
                            (array_agg(name ORDER BY id))[1 : %d] AS first
                        FROM action
                        WHERE run = :run AND parent = :parent AND phase IN ('QUEUED', 'RUNNING')""".formatted(CHILDREN_NAMED))
                .param("run", run)
                .param("parent", parent)
                .query((row, n) -> new Children(row.getInt("queued"), row.getInt("running"), names(row)))
                .single();
    }

    /** What may be claimed before it: two ranges of action_queue, each counted up to a limit. */
    Place place(ActionFacts action, Instant now) {
        return jdbc.sql("""
                        SELECT
                            (SELECT count(*) FROM (
                                SELECT 1 FROM action
                                WHERE pool_id = :pool AND phase = 'QUEUED' AND priority > :priority AND available_at <= :now
                                LIMIT :most) h) AS higher,
                            (SELECT count(*) FROM (
                                SELECT 1 FROM action
                                WHERE pool_id = :pool AND phase = 'QUEUED' AND priority = :priority
                                    AND (turn, id) < (SELECT turn, id FROM action WHERE id = :id)
                                    AND available_at <= :now
                                LIMIT :most) e) AS earlier""")
                .param("pool", action.pool())
                .param("priority", action.priority())
                .param("id", action.id())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("most", Place.COUNTED + 1)
                .query((row, n) -> new Place(row.getInt("higher"), row.getInt("earlier")))
                .single();
    }

    /** The live replicas of a pool by replica_ordinal, and what each runs by action_running. */
    Map<Long, Contact> contacts(ActionFacts action) {
        Map<Long, Contact> contacts = new HashMap<>();
        jdbc.sql("""
                        SELECT r.id, r.ordinal, l.run, l.name, l.dispatched_at, r.slots, r.heap_bytes, r.rss_bytes,
                            p.resources ->> 'memory' AS memory,
                            (SELECT count(*) FROM action w
                             WHERE w.replica_id = r.id AND w.phase = 'RUNNING' AND w.parked) AS parked,
                            1000 * extract(epoch FROM clock_timestamp() - r.seen_at) AS silence_ms
                        FROM replica r
                        JOIN pool p ON p.id = r.pool_id
                        LEFT JOIN LATERAL (
                            SELECT a.run, a.name, a.dispatched_at FROM action a
                            WHERE a.replica_id = r.id AND a.phase = 'RUNNING' AND NOT a.parked
                            ORDER BY a.dispatched_at LIMIT 1) l ON true
                        WHERE r.pool_id = :pool AND r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')""").param("pool", action.pool()).query(row -> {
            boolean closed = action.isRoot() && !room(row).takesRoots();
            contacts.put(row.getLong("id"), new Contact(silence(row), closed, longest(row)));
        });
        return contacts;
    }

    private static ParentsRoom room(ResultSet row) throws SQLException {
        int parked = row.getInt("parked");
        String memory = row.getString("memory");
        return new ParentsRoom(
                row.getInt("slots"),
                parked,
                parked,
                row.getLong("heap_bytes"),
                row.getLong("rss_bytes"),
                memory == null
                        ? 0
                        : Resources.of(Resources.DEFAULT.cpu(), memory).memoryBytes());
    }

    /** All live replicas of the server, by replica_ordinal: at most hearth.scaling.max-replicas. */
    List<PlacesHeld> holders() {
        return jdbc.sql("""
                        SELECT p.environment, count(*) AS replicas, count(*) FILTER (WHERE r.phase = 'DRAINING') AS draining
                        FROM replica r JOIN pool p ON p.id = r.pool_id
                        WHERE r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')
                        GROUP BY p.id ORDER BY replicas DESC, p.id""")
                .query((row, n) ->
                        new PlacesHeld(row.getString("environment"), row.getInt("replicas"), row.getInt("draining")))
                .list();
    }

    private static ActionFacts facts(ResultSet row, int number) throws SQLException {
        Long replica = row.getObject("replica_id", Long.class);
        return new ActionFacts(
                row.getLong("id"),
                row.getString("run"),
                row.getString("name"),
                row.getString("environment"),
                row.getLong("pool_id"),
                row.getBoolean("own_pool"),
                ActionPhase.valueOf(row.getString("phase")),
                row.getBoolean("parked"),
                row.getInt("priority"),
                row.getObject("available_at", OffsetDateTime.class).toInstant(),
                row.getInt("attempt"),
                row.getInt("failures"),
                time(row, "dispatched_at"),
                time(row, "ended_at"),
                replica == null ? null : new Holder(replica, row.getInt("ordinal"), silence(row)));
    }

    private static @Nullable Longest longest(ResultSet row) throws SQLException {
        Instant since = time(row, "dispatched_at");
        return since == null
                ? null
                : new Longest(row.getString("run"), row.getString("name"), row.getInt("ordinal"), since);
    }

    private static List<String> names(ResultSet row) throws SQLException {
        Array names = row.getArray("first");
        return names == null ? List.of() : List.of((String[]) names.getArray());
    }

    private static @Nullable Duration silence(ResultSet row) throws SQLException {
        double millis = row.getDouble("silence_ms");
        return row.wasNull() ? null : Duration.ofMillis(Math.round(millis));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** PostgreSQL's text has no NUL: a name with one names nothing. */
    private static String clean(String name) {
        return name.replace("\0", "");
    }
}
