package dev.hearth.controlplane.submission;

import dev.hearth.controlplane.journal.Asked;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows that {@code hearth_submit} writes. */
@Component
final class SubmissionStore {
    private static final int MOST_ROWS = 500;
    private static final int MOST_BYTES = 32 << 20;

    /**
     * What was asked for.
     *
     * @param run the name that its caller was given
     * @param versionId the version that was active then
     * @param input JSON
     * @param asked null without a key
     */
    record Submission(
            long id,
            String run,
            String project,
            String environment,
            String task,
            long versionId,
            byte[] input,
            @Nullable String idempotencyKey,
            @Nullable Asked asked) {}

    private final JdbcClient sql;

    SubmissionStore(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * Within a transaction: takes the oldest that no other control plane has taken, some hundreds or some megabytes at a time. Primary
     * key; the table is empty but for what was committed just now.
     */
    List<Submission> take() {
        return sql.sql("""
                        WITH taken AS MATERIALIZED (
                            SELECT id, size FROM submission ORDER BY id LIMIT :rows FOR UPDATE SKIP LOCKED
                        ), measured AS (
                            SELECT id, sum(size::bigint) OVER (ORDER BY id) - size AS before FROM taken
                        )
                        SELECT s.id, s.run, s.project, s.environment, s.task, s.version_id, s.input,
                               s.idempotency_key, s.asked_input
                        FROM measured m JOIN submission s ON s.id = m.id
                        WHERE m.before < :bytes ORDER BY s.id""")
                .param("rows", MOST_ROWS)
                .param("bytes", MOST_BYTES)
                .query((row, n) -> new Submission(
                        row.getLong("id"),
                        row.getString("run"),
                        row.getString("project"),
                        row.getString("environment"),
                        row.getString("task"),
                        row.getLong("version_id"),
                        row.getString("input").getBytes(StandardCharsets.UTF_8),
                        row.getString("idempotency_key"),
                        row.getBytes("asked_input") == null ? null : new Asked(row.getBytes("asked_input"), null)))
                .list();
    }

    /** Primary key. */
    void delete(List<Submission> done) {
        if (!done.isEmpty()) {
            sql.sql("DELETE FROM submission WHERE id = ANY (:ids)")
                    .param("ids", done.stream().mapToLong(Submission::id).toArray())
                    .update();
        }
    }
}
