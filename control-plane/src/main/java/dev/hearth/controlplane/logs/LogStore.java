package dev.hearth.controlplane.logs;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements of log_chunk. */
@Repository
public class LogStore {
    private final JdbcClient sql;

    LogStore(JdbcClient sql) {
        this.sql = sql;
    }

    record Chunk(long action, int attempt, String lines) {}

    /**
     * Lines of one attempt, in order.
     *
     * @param id to go on from
     */
    public record Stored(long id, int attempt, String lines) {}

    void insert(List<Chunk> chunks, Instant now) {
        sql.sql("""
                INSERT INTO log_chunk (action_id, attempt, written_at, lines)
                SELECT action_id, attempt, ?::timestamptz, lines
                FROM unnest(?::bigint[], ?::int[], ?::text[]) AS c (action_id, attempt, lines)
                """)
                .param(now.toString())
                .param(chunks.stream().mapToLong(Chunk::action).toArray())
                .param(chunks.stream().mapToInt(Chunk::attempt).toArray())
                .param(chunks.stream().map(Chunk::lines).toArray(String[]::new))
                .update();
    }

    /** Up to 100 chunks behind {@code after}. By primary key. */
    public List<Stored> after(long action, long after) {
        return sql.sql("""
                SELECT id, attempt, lines FROM log_chunk WHERE action_id = ? AND id > ? ORDER BY id LIMIT 100
                """)
                .params(action, after)
                .query((row, n) -> new Stored(row.getLong("id"), row.getInt("attempt"), row.getString("lines")))
                .list();
    }

    /** Index (run, name). */
    Optional<Long> action(String run, String name) {
        return sql.sql("SELECT id FROM action WHERE run = ? AND name = ?")
                .params(run.replace("\0", ""), name.replace("\0", ""))
                .query(Long.class)
                .optional();
    }

    boolean hasEnded(long action) {
        return sql.sql("SELECT phase NOT IN ('QUEUED', 'RUNNING') FROM action WHERE id = ?")
                .param(action)
                .query(Boolean.class)
                .single();
    }
}
