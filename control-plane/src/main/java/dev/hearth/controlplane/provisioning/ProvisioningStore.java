package dev.hearth.controlplane.provisioning;

import dev.hearth.controlplane.peers.Membership;
import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner.Room;
import dev.hearth.model.ReplicaPhase;
import dev.hearth.model.Resources;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The statements of provisioning. Live replicas are few and found by the partial index replica_ordinal. */
@Repository
class ProvisioningStore {
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    /** What a server with fewer replicas has not taken by then, any takes: time for two looks. */
    private static final Duration SPREAD_WITHIN = Duration.ofSeconds(2);

    private static final String LIVE_OF = """
            SELECT count(*) FROM replica l
            WHERE l.phase IN ('STARTING', 'READY', 'DRAINING') AND l.placement ->> 'owner' = %s""";

    private final JdbcClient sql;
    private final JsonMapper json;

    ProvisioningStore(@Qualifier("engine") JdbcClient sql, JsonMapper json) {
        this.sql = sql;
        this.json = json;
    }

    /** A replica that is to be started; its launch lacks only the join token. */
    record Wanted(long replica, ReplicaLaunch launch) {}

    /**
     * A live replica whose place is this server's.
     *
     * @param slowBefore while it is starting: how many of the last starts of its pool were slow
     * @param startTimeout as its environment has it; null = as this server has it
     */
    record Live(
            long replica,
            ReplicaPhase phase,
            Instant startedAt,
            @Nullable Instant readyAt,
            @Nullable Instant drainingAt,
            boolean busy,
            int slowBefore,
            @Nullable Duration startTimeout,
            @Nullable Long pid) {
        boolean isStarting() {
            return phase == ReplicaPhase.STARTING;
        }
    }

    /**
     * Takes a requested replica for this server if there is room; another server skips it. At first it goes to the servers that
     * have the fewest, then to any. The tokens are stored as hashes.
     */
    Optional<Wanted> claim(String owner, Room room, JoinToken token, Instant now) {
        return sql.sql("""
                WITH next AS (
                    SELECT id FROM replica
                    WHERE phase = 'REQUESTED'
                        AND pool_id NOT IN (SELECT id FROM pool WHERE image = ANY(?))
                        AND (SELECT count(*) FROM replica s WHERE s.phase = 'STARTING' AND s.placement ->> 'owner' = ?) < ?
                        AND (requested_at < ?::timestamptz OR (%s) <= (
                            SELECT min((%s)) FROM control_plane c
                            WHERE c.owner = ? OR c.seen_at >= now() - make_interval(secs => ?)))
                    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                )
                UPDATE replica r
                SET phase = 'STARTING', started_at = ?::timestamptz, join_token = ?,
                    placement = jsonb_build_object('owner', ?::text)
                FROM next, pool p
                WHERE r.id = next.id AND p.id = r.pool_id
                RETURNING r.id, p.image, p.bundle, p.resources, p.env, r.slots
                """.formatted(LIVE_OF.formatted("?"), LIVE_OF.formatted("c.owner")))
                .params(
                        room.unready().toArray(String[]::new),
                        owner,
                        room.starts(),
                        now.minus(SPREAD_WITHIN).toString(),
                        owner,
                        owner,
                        Membership.DEAD_AFTER.toSeconds(),
                        now.toString(),
                        token.hash(),
                        owner)
                .query((row, n) -> wanted(row, token.secret()))
                .optional();
    }

    private Wanted wanted(ResultSet row, String joinToken) throws SQLException {
        long id = row.getLong("id");
        return new Wanted(
                id,
                new ReplicaLaunch(
                        id,
                        joinToken,
                        row.getString("image"),
                        row.getString("bundle"),
                        json.readValue(row.getString("resources"), Resources.class),
                        json.readValue(row.getString("env"), TEXTS),
                        row.getInt("slots")));
    }

    /** The time that it has to come up counts from here: what it needed had to be made first. */
    void placed(long replica, Placement placement, Instant now) {
        sql.sql("""
                UPDATE replica
                SET started_at = ?::timestamptz,
                    placement = placement || jsonb_build_object('kind', ?::text, 'host', ?::text, 'pid', ?::bigint)
                WHERE id = ?
                """)
                .params(now.toString(), placement.kind(), placement.host(), placement.pid(), replica)
                .update();
    }

    /** Live replicas that this server has started; one that drains and is idle drains since its last work. By action_running. */
    List<Live> live(String owner) {
        return sql.sql("""
                SELECT id, phase, started_at, ready_at, busy, (placement ->> 'pid')::bigint AS pid,
                    CASE WHEN phase = 'STARTING' THEN (
                        SELECT count(*) FROM (
                            SELECT end_reason FROM replica b WHERE b.pool_id = replica.pool_id AND b.ended_at IS NOT NULL
                            ORDER BY b.id DESC LIMIT 4) before WHERE end_reason LIKE ?) ELSE 0 END AS slow_before,
                    CASE WHEN phase = 'STARTING' THEN (
                        SELECT start_timeout_ms FROM pool p WHERE p.id = replica.pool_id) END AS start_timeout_ms,
                    CASE WHEN busy OR draining_at IS NULL THEN draining_at ELSE greatest(draining_at, last_busy_at) END
                        AS draining_at
                FROM replica CROSS JOIN LATERAL (
                    SELECT EXISTS (SELECT 1 FROM action a WHERE a.replica_id = replica.id AND a.phase = 'RUNNING') AS busy) now
                WHERE phase IN ('STARTING', 'READY', 'DRAINING') AND placement ->> 'owner' = ?
                """)
                .params(StartFailures.SLOW_PATTERN, owner)
                .query((row, n) -> new Live(
                        row.getLong("id"),
                        ReplicaPhase.valueOf(row.getString("phase")),
                        row.getTimestamp("started_at").toInstant(),
                        time(row, "ready_at"),
                        time(row, "draining_at"),
                        row.getBoolean("busy"),
                        row.getInt("slow_before"),
                        millis(row, "start_timeout_ms"),
                        row.getObject("pid", Long.class)))
                .list();
    }

    /**
     * Replicas of servers that are not alive, and of which no heartbeat can tell the end: those that take too long to start, and
     * those that were given up before they were ready.
     */
    List<Long> orphans(Duration startTimeout, Duration leaveTimeout, Instant now) {
        return sql.sql("""
                SELECT id FROM replica r
                WHERE ((phase = 'STARTING' AND started_at < ?::timestamptz - make_interval(secs => coalesce(
                            (SELECT start_timeout_ms FROM pool p WHERE p.id = r.pool_id), ?) / 1000.0))
                        OR (phase = 'DRAINING' AND ready_at IS NULL AND draining_at < ?::timestamptz))
                    AND NOT EXISTS (
                        SELECT 1 FROM control_plane c
                        WHERE c.owner = r.placement ->> 'owner' AND c.seen_at >= now() - make_interval(secs => ?))
                """)
                .params(
                        now.toString(),
                        startTimeout.toMillis(),
                        now.minus(leaveTimeout).toString(),
                        Membership.DEAD_AFTER.toSeconds())
                .query((row, n) -> row.getLong("id"))
                .list();
    }

    ReplicaPhase phase(long replica) {
        return ReplicaPhase.valueOf(sql.sql("SELECT phase FROM replica WHERE id = ?")
                .param(replica)
                .query(String.class)
                .optional()
                .orElse(ReplicaPhase.LOST.name()));
    }

    private static @Nullable Duration millis(ResultSet row, String column) throws SQLException {
        Long millis = row.getObject(column, Long.class);
        return millis == null ? null : Duration.ofMillis(millis);
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column) == null
                ? null
                : row.getTimestamp(column).toInstant();
    }
}
