package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.Pace;
import dev.hearth.controlplane.policy.PoolCondition;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.Recycling;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.ServerRoom;
import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.model.PoolState;
import dev.hearth.model.ReplicaPhase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns rows into the parts of a snapshot. */
final class SnapshotRows {
    private SnapshotRows() {}

    /** A pool without its replicas. */
    record PoolRow(
            long id,
            String environment,
            PoolLimits limits,
            PoolCondition condition,
            StartFailures failures,
            Pace pace,
            ServerRoom room) {
        PoolSnapshot with(List<ReplicaSnapshot> replicas) {
            return new PoolSnapshot(id, environment, limits, condition, replicas, failures, pace, room);
        }
    }

    record ReplicaRow(long pool, ReplicaSnapshot replica) {}

    static PoolRow pool(ResultSet row, int serverLimit) throws SQLException {
        return new PoolRow(
                row.getLong("id"),
                row.getString("environment"),
                limits(row),
                new PoolCondition(
                        PoolState.valueOf(row.getString("state")),
                        row.getInt("desired"),
                        row.getBoolean("paused"),
                        row.getBoolean("warm_asked"),
                        row.getBoolean("draining"),
                        row.getBoolean("run_ended"),
                        row.getInt("queued"),
                        time(row, "last_active_at"),
                        time(row, "scaled_down_at")),
                new StartFailures(
                        row.getInt("failures"),
                        row.getInt("broken"),
                        time(row, "failed_at"),
                        row.getString("failed_reason")),
                new Pace(millis(row, "cold_start_ms"), millis(row, "service_ms")),
                new ServerRoom(serverLimit, row.getInt("server_replicas"), row.getInt("server_lent")));
    }

    private static PoolLimits limits(ResultSet row) throws SQLException {
        Long idleTtl = row.getObject("idle_ttl_ms", Long.class);
        return new PoolLimits(
                row.getInt("replicas_min"),
                row.getInt("replicas_max"),
                row.getInt("concurrency"),
                Duration.ofMillis(row.getLong("scaledown_ttl_ms")),
                idleTtl == null ? null : Duration.ofMillis(idleTtl),
                row.getBoolean("single_use"),
                new Recycling(
                        row.getObject("recycle_executions", Long.class),
                        millis(row, "recycle_age_ms"),
                        row.getObject("recycle_heap_bytes", Long.class),
                        row.getObject("recycle_rss_bytes", Long.class)));
    }

    static ReplicaRow replica(ResultSet row, int number) throws SQLException {
        return new ReplicaRow(
                row.getLong("pool_id"),
                new ReplicaSnapshot(
                        row.getLong("id"),
                        row.getInt("ordinal"),
                        ReplicaPhase.valueOf(row.getString("phase")),
                        row.getInt("running"),
                        row.getInt("parked"),
                        row.getLong("executed"),
                        row.getObject("requested_at", OffsetDateTime.class).toInstant(),
                        time(row, "ready_at"),
                        time(row, "last_busy_at"),
                        row.getLong("heap_bytes"),
                        row.getLong("rss_bytes")));
    }

    private static @Nullable Duration millis(ResultSet row, String column) throws SQLException {
        double millis = row.getDouble(column);
        return row.wasNull() ? null : Duration.ofNanos(Math.round(millis * 1_000_000));
    }

    static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
