package dev.hearth.controlplane.journal;

import dev.hearth.model.ActionPhase;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads how actions ended, for those who may have missed the news. */
@Repository
public class OutcomeStore {
    private final JdbcClient sql;

    OutcomeStore(JdbcClient sql) {
        this.sql = sql;
    }

    /** Of these actions, those that have ended. By primary key. */
    public Map<Long, Outcome> of(Collection<Long> actions) {
        Map<Long, Outcome> outcomes = new HashMap<>();
        sql.sql("""
                SELECT id, phase, output, output_type, output_blob, error_code, error_message, error_details
                FROM action
                WHERE id = ANY (?::bigint[]) AND phase IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT')
                """)
                .param(actions.stream().mapToLong(Long::longValue).toArray())
                .query(row -> {
                    Outcome outcome = SubmitStore.outcome(row, ActionPhase.valueOf(row.getString("phase")));
                    if (outcome != null) {
                        outcomes.put(row.getLong("id"), outcome);
                    }
                });
        return outcomes;
    }
}
