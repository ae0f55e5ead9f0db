package dev.hearth.controlplane.health;

import dev.hearth.controlplane.health.QueueFigures.OldTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Asks PostgreSQL how its queue fares. */
@Component
final class QueueHealthStore {
    private static final int LONGEST_QUERY = 120;

    private final JdbcClient sql;

    QueueHealthStore(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * One statement on statistics; it reads no table. Counted is who keeps dead rows of this database alive: whoever has a snapshot or a
     * transaction id, this statement and VACUUM apart. Sessions of other roles are seen only with the rights of {@code pg_monitor}.
     */
    QueueFigures look() {
        return sql.sql("""
                        SELECT coalesce(t.n_live_tup, 0) AS live, coalesce(t.n_dead_tup, 0) AS dead,
                               pg_notification_queue_usage() AS notifications, o.*
                        FROM (SELECT) one
                        LEFT JOIN pg_stat_user_tables t ON t.relid = 'action'::regclass
                        LEFT JOIN LATERAL (
                            SELECT pid, application_name, usename, state, left(query, :longest) AS query,
                                   extract(epoch FROM clock_timestamp() - xact_start) AS seconds,
                                   greatest(age(backend_xmin), age(backend_xid)) AS since
                            FROM pg_stat_activity
                            WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
                              AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
                              AND backend_type <> 'autovacuum worker' AND query NOT ILIKE 'vacuum%'
                            ORDER BY xact_start LIMIT 1
                        ) o ON true""")
                .param("longest", LONGEST_QUERY)
                .query((row, n) -> new QueueFigures(
                        row.getLong("live"), row.getLong("dead"), oldest(row), row.getDouble("notifications")))
                .single();
    }

    private static @Nullable OldTransaction oldest(ResultSet row) throws SQLException {
        if (row.getObject("pid") == null) {
            return null;
        }
        return new OldTransaction(
                row.getInt("pid"),
                Objects.requireNonNullElse(row.getString("application_name"), ""),
                Objects.requireNonNullElse(row.getString("usename"), ""),
                Objects.requireNonNullElse(row.getString("state"), ""),
                Duration.ofMillis(Math.round(1000 * row.getDouble("seconds"))),
                row.getLong("since"),
                Objects.requireNonNullElse(row.getString("query"), "").strip());
    }
}
