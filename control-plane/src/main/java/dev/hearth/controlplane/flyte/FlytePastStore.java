package dev.hearth.controlplane.flyte;

import com.google.protobuf.InvalidProtocolBufferException;
import flyteidl2.task.TaskSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements that drop what this door keeps. */
@Repository
class FlytePastStore {
    private static final int MOST_ROWS = 5_000;

    private final JdbcClient sql;

    FlytePastStore(JdbcClient sql) {
        this.sql = sql;
    }

    /** Of runs that are no more: what the SDK said of them, and the results that were taken from them. */
    void dropRuns(Instant before) {
        while (sql.sql("""
                        DELETE FROM flyte_run WHERE run = ANY (ARRAY(
                            SELECT f.run FROM flyte_run f
                            WHERE f.created_at < ?::timestamptz AND NOT EXISTS (SELECT FROM run r WHERE r.name = f.run)
                            LIMIT %d))
                        """.formatted(MOST_ROWS)).param(before.toString()).update() == MOST_ROWS) {
            // Some at a time, so that nothing waits for long.
        }
        sql.sql("""
                DELETE FROM flyte_cache c
                WHERE c.created_at < ?::timestamptz AND NOT EXISTS (SELECT FROM run r WHERE r.name = c.run)
                """).param(before.toString()).update();
    }

    /** Specifications that nobody has used since. */
    void dropSpecs(Instant since) {
        sql.sql("""
                DELETE FROM flyte_spec s
                WHERE s.used_on < ?::date AND NOT EXISTS (SELECT FROM flyte_task t WHERE t.spec = s.sha256)
                """)
                .param(since.atZone(ZoneOffset.UTC).toLocalDate().toString())
                .update();
    }

    /** Of the containers of all deployed tasks. */
    List<List<String>> deployedArguments() {
        return sql.sql(
                        "SELECT s.spec FROM flyte_spec s WHERE EXISTS (SELECT FROM flyte_task t WHERE t.spec = s.sha256)")
                .query((row, n) -> arguments(row.getBytes("spec")))
                .list();
    }

    private static List<String> arguments(byte[] spec) {
        try {
            return TaskSpec.parseFrom(spec).getTaskTemplate().getContainer().getArgsList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a specification in table flyte_spec cannot be read", e);
        }
    }
}
