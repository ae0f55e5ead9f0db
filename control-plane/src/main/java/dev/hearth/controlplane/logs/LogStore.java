package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements of log_chunk. */
@Repository
public class LogStore {
    private final JdbcClient sql;

    LogStore(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * Lines to write.
     *
     * @param lines each ended by a line feed
     * @param marks a {@link LineMark} for each
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Chunk(long action, int attempt, String lines, byte[] marks) {}

    /**
     * Lines of one attempt, in order.
     *
     * @param id to go on from
     */
    public record Stored(long id, List<LogLineView> lines) {}

    void insert(List<Chunk> chunks, Instant now) {
        sql.sql("""
                INSERT INTO log_chunk (action_id, attempt, written_at, lines, marks)
                SELECT action_id, attempt, ?::timestamptz, lines, marks
                FROM unnest(?::bigint[], ?::int[], ?::text[], ?::bytea[]) AS c (action_id, attempt, lines, marks)
                """)
                .param(now.toString())
                .param(chunks.stream().mapToLong(Chunk::action).toArray())
                .param(chunks.stream().mapToInt(Chunk::attempt).toArray())
                .param(chunks.stream().map(Chunk::lines).toArray(String[]::new))
                .param(chunks.stream().map(Chunk::marks).toArray(byte[][]::new))
                .update();
    }

    /** Up to 16 chunks behind {@code after}: what a reader holds, 2 MiB at most. By primary key. */
    public List<Stored> after(long action, long after) {
        return sql.sql("""
                SELECT id, attempt, written_at, lines, marks FROM log_chunk
                WHERE action_id = ? AND id > ? ORDER BY id LIMIT 16
                """)
                .params(action, after)
                .query((row, n) -> new Stored(
                        row.getLong("id"),
                        lines(
                                row.getInt("attempt"),
                                row.getTimestamp("written_at").toInstant(),
                                row.getString("lines"),
                                row.getBytes("marks"))))
                .list();
    }

    private static List<LogLineView> lines(int attempt, Instant written, String text, byte @Nullable [] marks) {
        LineMark unknown = new LineMark(ChronoUnit.MICROS.between(Instant.EPOCH, written), false, false);
        List<LogLineView> lines = new ArrayList<>();
        int begin = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
            LineMark mark = marks == null ? unknown : LineMark.read(marks, lines.size());
            lines.add(mark.on(attempt, text.substring(begin, end)));
            begin = end + 1;
        }
        return lines;
    }

    /** Index (run, name), here and in each day of the history. */
    Optional<Long> action(String run, String name) {
        return sql.sql("SELECT id FROM recorded_action WHERE run = ? AND name = ?")
                .params(run.replace("\0", ""), name.replace("\0", ""))
                .query(Long.class)
                .optional();
    }

    /** Whether it had ended at that time. What is no longer among the live ones ended long ago. */
    boolean hadEnded(long action, Instant then) {
        return sql.sql("""
                SELECT phase NOT IN ('QUEUED', 'RUNNING') AND coalesce(ended_at <= ?::timestamptz, true)
                FROM action WHERE id = ?
                """)
                .params(then.toString(), action)
                .query(Boolean.class)
                .optional()
                .orElse(true);
    }
}
