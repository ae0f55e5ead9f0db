package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.scaling.ReplicasNeverStarted.FailedAction;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Ends the actions that no replica will ever serve. */
@Component
final class HopelessStore {
    private static final String ROOT = "a0";

    private final JdbcClient jdbc;

    HopelessStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The queue of one pool, by action_queue; what somebody else is changing now is left for the next look. */
    List<FailedAction> fail(long poolId, String reason, Instant now) {
        List<FailedAction> failed = jdbc.sql("""
                        UPDATE action
                        SET phase = 'FAILED', ended_at = :now, error_code = :code, error_message = :reason
                        WHERE phase = 'QUEUED' AND id IN (
                            SELECT id FROM action WHERE pool_id = :pool AND phase = 'QUEUED'
                            ORDER BY id FOR UPDATE SKIP LOCKED)
                        RETURNING id, run, name""")
                .param("pool", poolId)
                .param("code", ReplicasNeverStarted.CODE)
                .param("reason", reason)
                .param("now", ScalingStore.utc(now))
                .query((row, n) -> new FailedAction(row.getLong("id"), row.getString("run"), row.getString("name")))
                .list();
        failRuns(failed, now);
        return failed;
    }

    /** A run is over with its root. By the unique name. */
    private void failRuns(List<FailedAction> failed, Instant now) {
        String[] runs = failed.stream()
                .filter(action -> action.name().equals(ROOT))
                .map(FailedAction::run)
                .toArray(String[]::new);
        if (runs.length > 0) {
            jdbc.sql("UPDATE run SET phase = 'FAILED', ended_at = :now WHERE name = ANY (:runs) AND ended_at IS NULL")
                    .param("runs", runs)
                    .param("now", ScalingStore.utc(now))
                    .update();
        }
    }
}
