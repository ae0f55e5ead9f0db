package dev.hearth.controlplane.scaling;

import dev.hearth.api.ReplicaView;
import dev.hearth.model.ReplicaPhase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The SQL behind the lists of replicas. */
@Component
final class ReplicaViewStore {
    private static final TypeReference<Map<String, Object>> PLACEMENT = new TypeReference<>() {};

    /** A replica whose {@code stopsAt} is not known yet. */
    record Listed(long id, long pool, ReplicaView view) {
        /** One that drains or has ended has no countdown any more. */
        boolean serves() {
            return view.phase() != ReplicaPhase.DRAINING && !view.phase().isTerminal();
        }

        ReplicaView stopping(@Nullable Instant stopsAt) {
            return new ReplicaView(
                    view.id(),
                    view.ordinal(),
                    view.version(),
                    view.phase(),
                    view.slots(),
                    view.busy(),
                    view.executed(),
                    view.startedAt(),
                    view.readyAt(),
                    view.coldStartMs(),
                    stopsAt,
                    view.placement(),
                    view.heapBytes(),
                    view.rssBytes(),
                    view.endReason());
        }
    }

    private static final String LISTED = """
            SELECT r.*, (SELECT count(*) FROM action a
                WHERE a.replica_id = r.id AND a.phase = 'RUNNING' AND NOT a.parked) + r.stopping AS busy
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    ReplicaViewStore(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    private static final String LIVE = """
            FROM pool p JOIN replica r ON r.pool_id = p.id
            WHERE p.environment_id = :environment AND r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING')
            """;

    /**
     * Live replicas of all pools of an environment, newest pool first: by pool_by_environment, replica_ordinal, action_running.
     *
     * @param behind pool and ordinal of the last one of the page before; null = from the first
     */
    List<Listed> live(long environmentId, long @Nullable [] behind, int limit) {
        return jdbc.sql(LISTED + LIVE + """
                            AND (p.id < :pool OR p.id = :pool AND r.ordinal > :ordinal)
                        ORDER BY p.id DESC, r.ordinal LIMIT :limit""")
                .param("environment", environmentId)
                .param("pool", behind == null ? Long.MAX_VALUE : behind[0])
                .param("ordinal", behind == null ? 0 : behind[1])
                .param("limit", limit)
                .query(this::listed)
                .list();
    }

    /** By the same indexes. */
    long countLive(long environmentId) {
        return jdbc.sql("SELECT count(*) " + LIVE)
                .param("environment", environmentId)
                .query(Long.class)
                .single();
    }

    /** By pool_by_environment and replica_by_pool. */
    long count(long environmentId) {
        return jdbc.sql(
                        "SELECT count(*) FROM pool p JOIN replica r ON r.pool_id = p.id WHERE p.environment_id = :environment")
                .param("environment", environmentId)
                .query(Long.class)
                .single();
    }

    /** One replica, by its primary key. */
    Optional<Listed> one(long id) {
        return jdbc.sql(LISTED + "FROM replica r WHERE r.id = :id")
                .param("id", id)
                .query(this::listed)
                .optional();
    }

    /**
     * All that there were, newest first: the newest of each pool by replica_by_pool, merged.
     *
     * @param before only replicas with smaller ids; null = from the newest
     */
    List<Listed> all(long environmentId, @Nullable Long before, int limit) {
        return jdbc.sql(LISTED + """
                        FROM pool p CROSS JOIN LATERAL (
                            SELECT * FROM replica
                            WHERE pool_id = p.id AND id < :before ORDER BY id DESC LIMIT :limit) r
                        WHERE p.environment_id = :environment
                        ORDER BY r.id DESC LIMIT :limit""")
                .param("environment", environmentId)
                .param("before", before == null ? Long.MAX_VALUE : before)
                .param("limit", limit)
                .query(this::listed)
                .list();
    }

    private Listed listed(ResultSet row, int number) throws SQLException {
        Instant requestedAt =
                row.getObject("requested_at", OffsetDateTime.class).toInstant();
        Instant startedAt = SnapshotRows.time(row, "started_at");
        Instant readyAt = SnapshotRows.time(row, "ready_at");
        ReplicaView view = new ReplicaView(
                Long.toString(row.getLong("id")),
                row.getInt("ordinal"),
                row.getString("version"),
                ReplicaPhase.valueOf(row.getString("phase")),
                row.getInt("slots"),
                row.getInt("busy"),
                row.getLong("executed"),
                startedAt == null ? requestedAt : startedAt,
                readyAt,
                readyAt == null ? null : Duration.between(requestedAt, readyAt).toMillis(),
                null,
                placement(row.getString("placement")),
                row.getLong("heap_bytes"),
                row.getLong("rss_bytes"),
                row.getString("end_reason"));
        return new Listed(row.getLong("id"), row.getLong("pool_id"), view);
    }

    /** Its provisioner's own words for programs, made readable: {@code pid 4711 on host}. */
    private @Nullable String placement(@Nullable String stored) {
        if (stored == null) {
            return null;
        }
        Map<String, Object> placement = json.readValue(stored, PLACEMENT);
        Object pid = placement.get("pid");
        Object host = placement.get("host");
        return pid == null ? stored : "pid " + pid + (host == null ? "" : " on " + host);
    }
}
