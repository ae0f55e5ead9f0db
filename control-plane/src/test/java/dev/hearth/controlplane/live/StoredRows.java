package dev.hearth.controlplane.live;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What must be true of all rows, whatever was sent. */
record StoredRows(JdbcClient sql) {
    private static final Map<String, String> NEVER = new LinkedHashMap<>(Map.of(
            "a run differs from its root",
            """
            SELECT r.name || ' ' || r.phase || ' ' || a.phase FROM run r JOIN action a ON a.run = r.name AND a.name = 'a0'
            WHERE r.phase <> a.phase OR (r.ended_at IS NULL) <> (a.ended_at IS NULL)""",
            "a run has no root",
            "SELECT name FROM run r WHERE NOT EXISTS (SELECT 1 FROM action a WHERE a.run = r.name AND a.name = 'a0')",
            "a child has no parent",
            """
            SELECT c.run || ' ' || c.name FROM action c WHERE c.parent IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM action p WHERE p.run = c.run AND p.name = c.parent)""",
            "a name that no address could hold",
            "SELECT run || ' ' || left(name, 40) FROM action WHERE name !~ '^[[:graph:]]{1,200}$'",
            "numbers of attempts are not consecutive",
            """
            SELECT a.id || ': ' || a.attempt || ', ' || count(t.number) FROM action a JOIN attempt t ON t.action_id = a.id
            GROUP BY a.id HAVING max(t.number) <> count(*) OR min(t.number) <> 1 OR max(t.number) > a.attempt""",
            "a terminal action without its end, or a live one with it",
            "SELECT id::text FROM action WHERE (phase IN ('QUEUED', 'RUNNING')) <> (ended_at IS NULL)",
            "a success without output, or a failure without a code",
            """
            SELECT id::text FROM action
            WHERE (phase = 'SUCCEEDED' AND output_type IS NULL) OR (phase IN ('FAILED', 'ABORTED') AND error_code IS NULL)""",
            "a negative count",
            """
            SELECT 'attempt ' || action_id FROM attempt WHERE least(replica_age_ms, served_before, cold_start_ms, waited_for_children_ms) < 0
            UNION ALL SELECT 'replica ' || id FROM replica
                WHERE least(executed, heap_bytes, rss_bytes) < 0 OR service_ms < 0
            UNION ALL SELECT 'action ' || id FROM action WHERE least(attempt, user_failures, system_failures) < 0""",
            "times out of order",
            """
            SELECT action_id || ' ' || number || ' ' || dispatched_at || ' ' || acknowledged_at || ' ' || started_at || ' ' || ended_at
            FROM attempt
            WHERE dispatched_at < queued_at - interval '1 s' OR acknowledged_at < dispatched_at
                OR started_at < acknowledged_at OR ended_at < started_at OR committed_at < ended_at
                OR acknowledged_at < now() - interval '1 hour' OR committed_at > now() + interval '1 s'""",
            "an ended replica without its end",
            "SELECT id::text FROM replica WHERE phase IN ('STOPPED', 'LOST') AND ended_at IS NULL"));

    /** Actions that run where nothing runs any more. */
    List<String> running() {
        return sql.sql("""
                SELECT a.id || ' on ' || r.id || ' ' || r.phase FROM action a JOIN replica r ON r.id = a.replica_id
                WHERE a.phase = 'RUNNING' AND r.phase NOT IN ('READY', 'DRAINING')
                """).query(String.class).list();
    }

    List<String> faults() {
        List<String> faults = new ArrayList<>();
        NEVER.forEach((what, query) ->
                sql.sql(query + " LIMIT 3").query(String.class).list().forEach(row -> faults.add(what + ": " + row)));
        return faults;
    }
}
