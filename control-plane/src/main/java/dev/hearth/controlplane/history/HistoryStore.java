package dev.hearth.controlplane.history;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements that move and drop. Each moves or drops so many rows at most that nothing waits for it for long. */
@Repository
class HistoryStore {
    private static final int MOST_RUNS = 20_000;
    private static final int MOST_ROWS = 5_000;

    private final JdbcClient sql;

    HistoryStore(JdbcClient sql) {
        this.sql = sql;
    }

    /** A run that is over. */
    private record Over(String run, Instant endedAt) {}

    /** For the rest of the transaction; false if another control plane has it. */
    boolean lock() {
        return sql.sql("SELECT true FROM history FOR UPDATE SKIP LOCKED")
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    void makeDays(LocalDate first, LocalDate last) {
        sql.sql("SELECT make_history_days(?, ?) IS NULL")
                .params(first, last)
                .query()
                .listOfRows();
    }

    /**
     * Moves actions of runs that ended before {@code until}, some thousands; answers how many, and -1 when no such run is left. Under
     * the lock. Index run_ended, then (run, name). A run may stand in both tables for a while; readers look into both.
     */
    int move(Instant until) {
        List<Over> runs = sql.sql("""
                        SELECT name, ended_at FROM run
                        WHERE ended_at >= (SELECT moved_until FROM history) AND ended_at < ?::timestamptz
                        ORDER BY ended_at FETCH FIRST %d ROWS WITH TIES
                        """.formatted(MOST_RUNS))
                .param(until.toString())
                .query((row, n) ->
                        new Over(row.getString(1), row.getTimestamp(2).toInstant()))
                .list();
        if (runs.isEmpty()) {
            return -1;
        }
        int moved = sql.sql("""
                        WITH over AS MATERIALIZED (
                            SELECT a.id, o.ended_at
                            FROM unnest(?::text[], ?::timestamptz[]) AS o (run, ended_at) JOIN action a ON a.run = o.run
                            WHERE a.phase NOT IN ('QUEUED', 'RUNNING') LIMIT %d
                        ), gone AS (
                            DELETE FROM action a USING over o WHERE a.id = o.id RETURNING a.*, o.ended_at AS run_ended_at
                        )
                        INSERT INTO action_history SELECT * FROM gone
                        """.formatted(MOST_ROWS))
                .param(runs.stream().map(Over::run).toArray(String[]::new))
                .param(runs.stream().map(over -> over.endedAt().toString()).toArray(String[]::new))
                .update();
        if (moved < MOST_ROWS) {
            sql.sql("UPDATE history SET moved_until = ?::timestamptz + interval '1 us'")
                    .param(runs.getLast().endedAt().toString())
                    .update();
        }
        return moved;
    }

    /** Empty when all runs have ended. */
    Optional<Instant> oldestUnended() {
        return sql.sql("SELECT created_at FROM run WHERE ended_at IS NULL ORDER BY created_at LIMIT 1")
                .query(Timestamp.class)
                .optional()
                .map(Timestamp::toInstant);
    }

    /** Some thousand runs that ended before the day; answers how many. Index run_ended. */
    int dropRuns(Instant before) {
        return sql.sql("""
                        DELETE FROM run WHERE id = ANY (ARRAY(
                            SELECT id FROM run WHERE ended_at < ?::timestamptz LIMIT %d))
                        """.formatted(MOST_ROWS)).param(before.toString()).update();
    }

    /** Partitions of the days before this one; answers how many there were. Gives way to whoever reads them. */
    int dropDays(LocalDate before) {
        sql.sql("SET LOCAL lock_timeout = '2s'").update();
        return sql.sql("SELECT drop_history_days(?)")
                .param(before)
                .query(Integer.class)
                .single();
    }

    /** What is left of the platform's own past: replicas, decisions, pools of runs that are no more. */
    void dropPast(Instant before) {
        sql.sql("DELETE FROM scaling_decision WHERE decided_at < ?::timestamptz")
                .param(before.toString())
                .update();
        sql.sql("DELETE FROM replica WHERE ended_at < ?::timestamptz AND phase IN ('STOPPED', 'LOST', 'FAILED')")
                .param(before.toString())
                .update();
        sql.sql("""
                        DELETE FROM pool p
                        WHERE p.run IS NOT NULL AND p.state = 'COLD' AND p.created_at < ?::timestamptz
                          AND NOT EXISTS (SELECT FROM run r WHERE r.name = p.run)
                          AND NOT EXISTS (SELECT FROM replica r WHERE r.pool_id = p.id)
                          AND NOT EXISTS (SELECT FROM scaling_decision d WHERE d.pool_id = p.id)
                          AND NOT EXISTS (SELECT FROM environment_version v WHERE v.pool_id = p.id)
                        """).param(before.toString()).update();
    }

    /** Blobs that are code: they stay as long as they are known. */
    Set<String> bundles() {
        return new HashSet<>(
                sql.sql("SELECT sha256 FROM bundle").query(String.class).list());
    }
}
