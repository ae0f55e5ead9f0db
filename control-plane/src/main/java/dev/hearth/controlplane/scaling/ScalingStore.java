package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL that carries decisions out. All but {@link #seenActive} and {@link #retire} run under {@link #lock}. */
@Component
final class ScalingStore {
    /** Held while a pool is decided on, so that two control planes cannot both take the last place of the server. */
    private static final long SERVER_ROOM = 0x4865617274685343L;

    private final JdbcClient jdbc;

    ScalingStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Takes the pool for the rest of the transaction; false if another control plane has it. By primary key. Not FOR UPDATE:
     * that would also stop inserts of rows that refer to the pool.
     */
    boolean lock(long poolId) {
        boolean locked = jdbc.sql("SELECT id FROM pool WHERE id = :pool FOR NO KEY UPDATE SKIP LOCKED")
                .param("pool", poolId)
                .query(Long.class)
                .optional()
                .isPresent();
        if (locked) {
            jdbc.sql("SELECT pg_advisory_xact_lock(:key) IS NULL")
                    .param("key", SERVER_ROOM)
                    .query(Boolean.class)
                    .single();
        }
        return locked;
    }

    /** As {@link #lock}, but waits for whoever has the pool. */
    void await(long poolId) {
        jdbc.sql("SELECT id FROM pool WHERE id = :pool FOR NO KEY UPDATE")
                .param("pool", poolId)
                .query(Long.class)
                .list();
    }

    /** Rows for new replicas, of the run's version or of the newest that uses the pool. */
    void request(long poolId, int slots, List<Integer> ordinals, Instant now) {
        jdbc.sql("""
                        INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at)
                        SELECT p.id,
                            coalesce(
                                (SELECT version FROM run WHERE name = p.run),
                                (SELECT version FROM environment_version v
                                 WHERE v.environment_id = p.environment_id AND v.pool_id = p.id
                                 ORDER BY v.deployed_at DESC LIMIT 1),
                                (SELECT version FROM environment_version v WHERE v.id = p.version_id)),
                            ordinal, 'REQUESTED', :slots, '', :now
                        FROM pool p, unnest(:ordinals) AS ordinal
                        WHERE p.id = :pool""")
                .param("pool", poolId)
                .param("slots", slots)
                .param("ordinals", ordinals.toArray(Integer[]::new))
                .param("now", utc(now))
                .update();
    }

    /**
     * Marks idle replicas to go, all or none: false if one of them has taken an action since it was looked at. Claims hold
     * their replica FOR SHARE, so the first statement waits for those under way, and the second, whose snapshot is younger,
     * sees what they took. In the order of ids, against deadlocks. By primary key and action_running.
     */
    boolean release(Collection<Long> replicas, Instant now) {
        Long[] ids = replicas.toArray(Long[]::new);
        jdbc.sql("SELECT id FROM replica WHERE id = ANY (:ids) ORDER BY id FOR UPDATE")
                .param("ids", ids)
                .query(Long.class)
                .list();
        boolean busy = jdbc.sql(
                        "SELECT EXISTS (SELECT 1 FROM action WHERE replica_id = ANY (:ids) AND phase = 'RUNNING')")
                .param("ids", ids)
                .query(Boolean.class)
                .single();
        if (!busy) {
            markGoing(ids, now);
        }
        return !busy;
    }

    /** What was never started has nothing to finish. */
    private void markGoing(Long[] ids, Instant now) {
        jdbc.sql("""
                        UPDATE replica
                        SET phase = CASE phase WHEN 'REQUESTED' THEN 'STOPPED' ELSE 'DRAINING' END,
                            ended_at = CASE phase WHEN 'REQUESTED' THEN :now END,
                            draining_at = CASE phase WHEN 'REQUESTED' THEN draining_at ELSE :now END,
                            end_reason = CASE phase WHEN 'REQUESTED' THEN 'no longer needed' ELSE end_reason END
                        WHERE id = ANY (:ids) AND phase IN ('REQUESTED', 'STARTING', 'READY')""").param("ids", ids).param("now", utc(now)).update();
    }

    /** Gives a replica nothing new, whatever it runs. One row, by primary key. */
    void drain(long replica, Instant now) {
        markGoing(new Long[] {replica}, now);
    }

    /** Whether something waits that is due by then. */
    boolean hasQueue(long poolId, Instant due) {
        return jdbc.sql("""
                        SELECT EXISTS (
                            SELECT 1 FROM action
                            WHERE pool_id = :pool AND phase = 'QUEUED' AND available_at <= :due)""")
                .param("pool", poolId)
                .param("due", utc(due))
                .query(Boolean.class)
                .single();
    }

    /** One row, by primary key. */
    void settle(PoolSnapshot pool, Decision decision, Instant now) {
        jdbc.sql("""
                        UPDATE pool
                        SET state = :state, desired = :desired, warm_asked = warm_asked AND :held, active_at = greatest(active_at, :active),
                            scaled_down_at = CASE WHEN :scaledDown THEN :now ELSE scaled_down_at END
                        WHERE id = :pool""")
                .param("state", decision.stateAfter(pool).name())
                // What cannot be started now is still asked for.
                .param("held", decision instanceof Decision.Hold && decision.to() > decision.from())
                .param("desired", decision.to())
                .param("active", utc(pool.lastActive(now)))
                .param("scaledDown", decision instanceof Decision.StopOne)
                .param("now", utc(now))
                .param("pool", pool.id())
                .update();
    }

    /** When pools were last active, each by primary key. Needs no lock: the clock only moves forward. */
    void seenActive(Map<Long, Instant> times) {
        jdbc.sql("""
                        UPDATE pool SET active_at = seen.at
                        FROM unnest(:pools, :times::timestamptz[]) AS seen (pool_id, at)
                        WHERE pool.id = seen.pool_id AND (active_at IS NULL OR active_at < seen.at)""")
                .param("pools", times.keySet().toArray(Long[]::new))
                .param("times", times.values().stream().map(Instant::toString).toArray(String[]::new))
                .update();
    }

    /**
     * Draining versions that have no live action, and whose pool, unless a newer version shares it, is cold. Of a shared
     * pool only the head of the queue is read: older versions stand there. By
     * version_draining, then action_queue, action_running and primary keys. A version of scope run has no pool of its own: it
     * is done when none of its runs is live, by pool_by_environment and the name of the run.
     */
    int retire() {
        return jdbc.sql("""
                        UPDATE environment_version v SET state = 'RETIRED'
                        WHERE v.state = 'DRAINING'
                            AND NOT EXISTS (
                                SELECT 1 FROM pool p WHERE p.id = v.pool_id AND p.draining AND p.state <> 'COLD')
                            AND NOT EXISTS (
                                SELECT 1 FROM action a
                                WHERE a.id IN (
                                        SELECT id FROM action
                                        WHERE pool_id = v.pool_id AND phase = 'QUEUED'
                                        ORDER BY priority DESC, turn, id LIMIT 1000)
                                    AND a.version_id = v.id)
                            AND NOT EXISTS (
                                SELECT 1 FROM replica r JOIN action a ON a.replica_id = r.id AND a.phase = 'RUNNING'
                                WHERE r.pool_id = v.pool_id AND a.version_id = v.id
                                    AND r.phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING'))
                            AND (v.pool_id IS NOT NULL OR NOT EXISTS (
                                SELECT 1 FROM pool p JOIN run r ON r.name = p.run
                                WHERE p.environment_id = v.environment_id
                                    AND r.version_id = v.id AND r.ended_at IS NULL))""").update();
    }

    /** True for one control plane in an interval, by the database's clock. One row, by primary key, HOT. */
    boolean takeTurn(Duration interval) {
        // A little early: else two clocks of the same interval would skip every other turn.
        return jdbc.sql("""
                        UPDATE turn SET taken_at = clock_timestamp()
                        WHERE name = 'scaling' AND taken_at <= clock_timestamp() - make_interval(secs => :interval)""").param("interval", 0.9 * interval.toMillis() / 1000).update() == 1;
    }

    static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
