package dev.hearth.benchmarks.chaos;

import dev.hearth.benchmarks.chaos.Load.Accepted;
import dev.hearth.examples.Turmoil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the history and says what in it should not be. */
final class Checker {
    private final Connection database;
    private final Map<String, Findings> findings = new LinkedHashMap<>();

    /** How often something was found, and the first case. */
    private static final class Findings {
        private long count;
        private @Nullable String example;

        private void add(String found) {
            count++;
            if (example == null) {
                example = found;
            }
        }
    }

    Checker(Connection database) {
        this.database = database;
    }

    void check(List<Accepted> accepted, Path effects) throws SQLException, IOException {
        results(accepted);
        rows("actions that never ended", """
                SELECT run || '/' || name || ' ' || phase FROM recorded_action WHERE ended_at IS NULL""");
        rows("actions that did not succeed", """
                SELECT run || '/' || name || ' ' || phase || ' ' || coalesce(error_code, '') || ' '
                    || coalesce(error_message, '')
                FROM recorded_action WHERE ended_at IS NOT NULL AND phase <> 'SUCCEEDED'""");
        rows("succeeded actions without exactly one succeeded attempt", """
                SELECT a.run || '/' || a.name FROM recorded_action a WHERE a.phase = 'SUCCEEDED' AND 1 <> (
                    SELECT count(*) FROM attempt t WHERE t.action_id = a.id AND t.phase = 'SUCCEEDED')""");
        rows("runs whose phase is not that of their root", """
                SELECT r.name || ' ' || r.phase || ' ' || a.phase FROM run r JOIN recorded_action a ON a.run = r.name AND a.parent IS NULL
                WHERE r.phase <> a.phase""");
        rows("attempts that are not numbered 1, 2, 3 ...", """
                SELECT action_id::text FROM attempt GROUP BY action_id HAVING count(*) <> max(number)""");
        rows("slots booked twice", """
                WITH span AS (
                    SELECT t.replica_id, r.slots, t.dispatched_at AS from_at,
                        least(coalesce(t.ended_at, t.committed_at), t.committed_at) AS to_at
                    FROM attempt t JOIN replica r ON r.id = t.replica_id JOIN pool p ON p.id = r.pool_id
                    WHERE p.environment = 'turmoil-leaf' AND t.dispatched_at IS NOT NULL
                ), edge AS (
                    SELECT replica_id, slots, from_at AS at, 1 AS step FROM span WHERE to_at > from_at
                    UNION ALL SELECT replica_id, slots, to_at, -1 FROM span WHERE to_at > from_at
                ), level AS (
                    SELECT replica_id, slots, at,
                        sum(step) OVER (PARTITION BY replica_id ORDER BY at, step ROWS UNBOUNDED PRECEDING) AS booked
                    FROM edge)
                SELECT 'replica ' || replica_id || ' at ' || at || ': ' || booked || ' of ' || slots
                FROM level WHERE booked > slots""");
        rows("moments with more replicas than a pool may have", """
                WITH edge AS (
                    SELECT pool_id, started_at AS at, 1 AS step FROM replica WHERE started_at IS NOT NULL
                    UNION ALL SELECT pool_id, ended_at, -1 FROM replica WHERE started_at IS NOT NULL AND ended_at IS NOT NULL
                ), level AS (
                    SELECT pool_id, at, sum(step) OVER (PARTITION BY pool_id ORDER BY at, step ROWS UNBOUNDED PRECEDING) AS alive
                    FROM edge)
                SELECT 'pool ' || l.pool_id || ' at ' || l.at || ': ' || l.alive || ' of ' || p.replicas_max
                FROM level l JOIN pool p ON p.id = l.pool_id WHERE l.alive > p.replicas_max""");
        effects(effects);
    }

    private void results(List<Accepted> accepted) throws SQLException {
        Map<String, String> outputs = new LinkedHashMap<>();
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT run, output FROM recorded_action WHERE name = 'a0' AND phase = 'SUCCEEDED'")) {
            while (row.next()) {
                outputs.put(row.getString(1), new String(row.getBytes(2), StandardCharsets.UTF_8));
            }
        }
        Findings wrong = of("accepted runs without the right result");
        for (Accepted run : accepted) {
            String expected = Long.toString(Turmoil.expected(run.family()));
            String found = outputs.get(run.run());
            if (!expected.equals(found)) {
                wrong.add(run + ": expected " + expected + ", found " + found);
            }
        }
    }

    /** At least once for whatever succeeded. */
    private void effects(Path file) throws SQLException, IOException {
        Set<String> seen = new HashSet<>();
        for (String line : Files.readAllLines(file)) {
            seen.add(line.substring(0, line.lastIndexOf(' ')));
        }
        Findings missing = of("succeeded leaves without an effect");
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT run || ' ' || name FROM recorded_action WHERE phase = 'SUCCEEDED' AND task = 'leaf'")) {
            while (row.next()) {
                if (!seen.contains(row.getString(1))) {
                    missing.add(row.getString(1));
                }
            }
        }
    }

    private void rows(String what, String query) throws SQLException {
        Findings found = of(what);
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
    }

    private Findings of(String what) {
        return findings.computeIfAbsent(what, unknown -> new Findings());
    }

    long violations() {
        return findings.values().stream().mapToLong(found -> found.count).sum();
    }

    /** One line for each thing that was looked for. */
    List<String> report() {
        return findings.entrySet().stream()
                .map(each -> "%-58s %6d%s"
                        .formatted(
                                each.getKey(),
                                each.getValue().count,
                                each.getValue().example == null ? "" : "   e.g. " + each.getValue().example))
                .toList();
    }
}
