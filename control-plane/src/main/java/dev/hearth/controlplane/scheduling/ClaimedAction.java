package dev.hearth.controlplane.scheduling;

import dev.hearth.model.Terms;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An action whose attempt was given to a replica, committed.
 *
 * @param number of the attempt, from 1
 * @param input null when it stands in the blob store
 * @param userFailures attempts that failed in the task's own code so far
 * @param systemFailures attempts that the platform lost so far
 * @param turn its place in the queue of its pool: {@link Turn}
 */
public record ClaimedAction(
        AttemptKey attempt,
        long replica,
        String run,
        String name,
        @Nullable String parent,
        String environment,
        long versionId,
        String task,
        int number,
        byte @Nullable [] input,
        String inputType,
        @Nullable String inputBlob,
        Instant dispatchedAt,
        int userFailures,
        int systemFailures,
        Terms terms,
        int priority,
        long turn) {

    /** Reads a row of action. A timeout below zero leaves out the time in which it waits for its children. */
    public static ClaimedAction of(ResultSet row) throws SQLException {
        Long timeout = row.getObject("timeout_ms", Long.class);
        Long queueTimeout = row.getObject("queue_timeout_ms", Long.class);
        return new ClaimedAction(
                new AttemptKey(row.getLong("id"), row.getLong("token")),
                row.getLong("replica_id"),
                row.getString("run"),
                row.getString("name"),
                row.getString("parent"),
                row.getString("environment"),
                row.getLong("version_id"),
                row.getString("task"),
                row.getInt("attempt"),
                row.getBytes("input"),
                row.getString("input_type"),
                row.getString("input_blob"),
                row.getTimestamp("dispatched_at").toInstant(),
                row.getInt("user_failures"),
                row.getInt("system_failures"),
                new Terms(
                        row.getInt("retries"),
                        Duration.ofMillis(row.getLong("backoff_ms")),
                        Duration.ofMillis(row.getLong("backoff_max_ms")),
                        timeout == null ? null : Duration.ofMillis(Math.abs(timeout)),
                        timeout != null && timeout < 0,
                        queueTimeout == null ? null : Duration.ofMillis(queueTimeout)),
                row.getInt("priority"),
                row.getLong("turn"));
    }

    /** What a replica still runs although its row knows nothing of it any more: it holds a slot until it ends. */
    public static ClaimedAction stray(AttemptKey attempt, long replica, Instant now) {
        return new ClaimedAction(
                attempt, replica, "", "", null, "", 0, "", 0, null, "", null, now, 0, 0, Terms.DEFAULT, 0, 0);
    }

    /** How many parents it has, 0 = a root. */
    public int depth() {
        return Turn.depth(turn);
    }

    /** Whether its row has nothing to do with this attempt any more: what it says changes nothing. */
    public boolean isStray() {
        return number == 0;
    }
}
