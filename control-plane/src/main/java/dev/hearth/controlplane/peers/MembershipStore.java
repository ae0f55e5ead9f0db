package dev.hearth.controlplane.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The rows of control planes: a handful, each renewed every second by the database's clock. */
@Repository
class MembershipStore {
    /** Rows that were not renewed for so long are removed. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    private final JdbcClient sql;

    MembershipStore(@Qualifier("engine") JdbcClient sql) {
        this.sql = sql;
    }

    /** Another control plane that is alive. */
    record Peer(String owner, String endpoint) {}

    /** Renews this control plane's row, a HOT update, and answers the others that are alive, the oldest first. */
    List<Peer> renew(String owner, String endpoint, Instant startedAt) {
        return sql.sql("""
                WITH renewed AS (
                    INSERT INTO control_plane (owner, worker_endpoint, started_at, seen_at)
                    VALUES (?, ?, ?::timestamptz, now())
                    ON CONFLICT (owner) DO UPDATE
                    SET worker_endpoint = excluded.worker_endpoint, started_at = excluded.started_at, seen_at = now()
                ), forgotten AS (
                    DELETE FROM control_plane WHERE owner <> ? AND seen_at < now() - make_interval(secs => ?)
                )
                SELECT owner, worker_endpoint FROM control_plane
                WHERE owner <> ? AND seen_at >= now() - make_interval(secs => ?)
                ORDER BY started_at, owner
                """)
                .params(
                        owner,
                        endpoint,
                        startedAt.toString(),
                        owner,
                        FORGOTTEN_AFTER.toSeconds(),
                        owner,
                        Membership.DEAD_AFTER.toSeconds())
                .query((row, n) -> new Peer(row.getString("owner"), row.getString("worker_endpoint")))
                .list();
    }

    void leave(String owner) {
        sql.sql("DELETE FROM control_plane WHERE owner = ?").param(owner).update();
    }
}
