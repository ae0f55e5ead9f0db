package dev.hearth.controlplane.whatif;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What an environment was asked for in a window of time. */
@Component
final class ArrivalStore {
    /**
     * An attempt that has ended, however it ended: each one held a slot.
     *
     * @param at when it could have started: its submit, or later for another try
     * @param service time for which it held a slot: what it ran, less the time in which it had children
     * @param waited until its first line ran
     */
    record Recorded(Instant at, Duration service, Duration waited) {}

    /** The newest arrivals of a window, so many at most: a simulation of them takes about a second. */
    static final int MOST = 100_000;

    private final JdbcClient jdbc;

    ArrivalStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * In the order of their arrival. Reads the actions of the window by action_created (whole ranges of pages, of all
     * environments), and the attempts of each by its primary key. Calls that override reuse have no part in the pool, and
     * neither has an attempt that was tried alone on a replica of its own.
     */
    List<Recorded> arrivals(long environmentId, Instant since) {
        return jdbc.sql("""
                        WITH pools AS MATERIALIZED (
                            SELECT id FROM pool WHERE environment_id = :environment AND version_id IS NULL),
                        tried AS MATERIALIZED (
                            SELECT a.id, a.run, a.name FROM recorded_action a
                            WHERE a.created_at >= :since AND a.run_ended_at >= :since AND a.attempt > 0
                                AND a.version_id IN (SELECT id FROM environment_version WHERE environment_id = :environment)
                            ORDER BY a.created_at DESC LIMIT :most),
                        family AS MATERIALIZED (
                            SELECT run, parent, min(created_at) AS first, max(ended_at) AS last FROM recorded_action
                            WHERE created_at >= :since AND run_ended_at >= :since AND parent IS NOT NULL GROUP BY run, parent)
                        SELECT t.queued_at, coalesce(t.started_at, t.dispatched_at) AS began,
                               coalesce(t.ended_at, t.committed_at) AS ended, f.first, f.last
                        FROM tried e
                        JOIN attempt t ON t.action_id = e.id AND t.committed_at >= :since AND t.dispatched_at IS NOT NULL
                        JOIN replica r ON r.id = t.replica_id AND r.pool_id IN (SELECT id FROM pools)
                        LEFT JOIN family f ON f.run = e.run AND f.parent = e.name
                        ORDER BY t.queued_at""")
                .param("environment", environmentId)
                .param("since", utc(since))
                .param("most", MOST)
                .query((row, n) -> recorded(row))
                .list();
    }

    /** What was cancelled or lost has not told when its first line ran: it counts from its slot. */
    private static Recorded recorded(ResultSet row) throws SQLException {
        Instant at = time(row, "queued_at");
        Instant began = time(row, "began");
        Instant ended = time(row, "ended");
        Duration ran = Duration.between(began, ended).minus(withChildren(row, began, ended));
        Duration least = Duration.ofMillis(1);
        return new Recorded(at, ran.compareTo(least) < 0 ? least : ran, Duration.between(at, began));
    }

    /** How much of an attempt it had children. Those of an earlier attempt may be over. */
    private static Duration withChildren(ResultSet row, Instant began, Instant ended) throws SQLException {
        if (row.getObject("first") == null || row.getObject("last") == null) {
            return Duration.ZERO;
        }
        Instant first = time(row, "first");
        Instant last = time(row, "last");
        Duration shared = Duration.between(first.isAfter(began) ? first : began, last.isBefore(ended) ? last : ended);
        return shared.isNegative() ? Duration.ZERO : shared;
    }

    /** Mean cold start of the newest replicas of an environment that came up. By pool_by_environment, replica_by_pool. */
    Optional<Duration> coldStart(long environmentId) {
        return jdbc.sql("""
                        SELECT 1000 * avg(extract(epoch FROM r.ready_at - r.requested_at)) AS millis
                        FROM pool p CROSS JOIN LATERAL (
                            SELECT * FROM replica WHERE pool_id = p.id AND ready_at IS NOT NULL ORDER BY id DESC LIMIT 20) r
                        WHERE p.environment_id = :environment AND p.version_id IS NULL""")
                .param("environment", environmentId)
                .query((row, n) -> {
                    double millis = row.getDouble("millis");
                    return row.wasNull()
                            ? Optional.<Duration>empty()
                            : Optional.of(Duration.ofNanos((long) (millis * 1e6)));
                })
                .single();
    }

    /** Time of all replicas of an environment together, within a window. By pool_by_environment, replica_by_pool. */
    double replicaSeconds(long environmentId, Instant since, Instant until) {
        return jdbc.sql("""
                        SELECT coalesce(sum(extract(epoch FROM
                            least(coalesce(r.ended_at, :until), :until) - greatest(r.requested_at, :since))), 0)::float8
                        FROM pool p JOIN replica r ON r.pool_id = p.id
                        WHERE p.environment_id = :environment AND p.version_id IS NULL
                            AND r.requested_at < :until AND coalesce(r.ended_at, :until) > :since""")
                .param("environment", environmentId)
                .param("since", utc(since))
                .param("until", utc(until))
                .query(Double.class)
                .single();
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
