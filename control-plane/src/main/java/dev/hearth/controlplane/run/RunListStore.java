package dev.hearth.controlplane.run;

import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.run.RunStore.ActionRow;
import dev.hearth.controlplane.run.RunStore.RunRow;
import dev.hearth.model.ActionPhase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The statements behind filtered lists of runs and of actions. A condition that is not asked for is not in the statement. */
@Repository
class RunListStore {
    /** Runs that one page looks at. Whoever looks for a rare one among millions gets short pages, and no statement is a long one. */
    static final int LOOKED_AT = 100_000;

    /** Up to so many runs a list is counted. */
    static final int COUNTED = 20_000;

    /** Microseconds until the year 10000. */
    private static final long LATEST = 253_402_300_799_999_999L;

    private final JdbcClient sql;

    RunListStore(JdbcClient sql) {
        this.sql = sql;
    }

    /** A statement and what it is given by name. */
    record Statement(String text, Map<String, Object> given) {}

    /** Where a page of runs ended: microseconds of its start, and its id. */
    static String key(RunRow run) {
        return micros(run) + ":" + run.id();
    }

    private static long micros(RunRow run) {
        return run.createdAt().getEpochSecond() * 1_000_000 + run.createdAt().getNano() / 1_000;
    }

    /** Of microseconds; what no clock of ours has shown is cut to what the database can hold. */
    private static Instant time(long micros) {
        return Instant.EPOCH.plus(Math.clamp(micros, 0, LATEST), ChronoUnit.MICROS);
    }

    /** Newest first, one more than asked for. */
    List<RunRow> runs(RunFilter filter, PageQuery page) {
        Statement statement = runsStatement(filter, page);
        return sql.sql(statement.text())
                .params(statement.given())
                .query((row, n) -> RunStore.run(row))
                .list();
    }

    /**
     * A range of index run_newest (project, created_at, id), or of run_by_environment, walked from its end until enough runs have
     * passed the sieve; of those that have failed a text is looked for in the root's error too, by index (run, name). Roots and
     * counts are read for the runs of the page alone.
     */
    Statement runsStatement(RunFilter filter, PageQuery page) {
        Map<String, Object> given = new LinkedHashMap<>();
        String text = RunStore.RUN_COLUMNS + "FROM (SELECT * FROM (" + range(filter, page, given, "r.*", LOOKED_AT)
                + ") r WHERE true" + sieve(filter, given) + " LIMIT " + (page.limit() + 1) + ") r "
                + RunStore.WITH_ROOT + "ORDER BY r.created_at DESC, r.id DESC";
        return new Statement(text, given);
    }

    /** Where to go on when all that a page looks at did not fill it; empty = nothing is left. Reads the index. */
    Optional<String> unseen(RunFilter filter, PageQuery page) {
        Map<String, Object> given = new LinkedHashMap<>();
        String at = "(extract(epoch FROM r.created_at) * 1000000)::bigint || ':' || r.id";
        return sql.sql(range(filter, page, given, at, 1) + " OFFSET " + (LOOKED_AT - 1))
                .params(given)
                .query(String.class)
                .optional();
    }

    /** How many runs there are; null if that takes more than a glance. The same range, from its end. */
    @Nullable
    Long total(RunFilter filter, PageQuery page) {
        Map<String, Object> given = new LinkedHashMap<>();
        if (filter.text() != null) {
            return null;
        }
        String seen = range(filter, page, given, "r.*", COUNTED + 1);
        return sql.sql("SELECT count(*) AS seen, count(*) FILTER (WHERE true" + sieve(filter, given)
                        + ") AS passed FROM (" + seen + ") r")
                .params(given)
                .query((row, n) ->
                        Optional.ofNullable(row.getLong("seen") > COUNTED ? null : Long.valueOf(row.getLong("passed"))))
                .single()
                .orElse(null);
    }

    private static String range(
            RunFilter filter, PageQuery page, Map<String, Object> given, String columns, int limit) {
        StringBuilder text = new StringBuilder("SELECT " + columns + " FROM run r WHERE r.project = :project");
        given.put("project", RunStore.clean(filter.project()));
        if (filter.environment() != null) {
            text.append(" AND r.environment = :environment");
            given.put("environment", filter.environment());
        }
        if (filter.since() != null) {
            text.append(" AND r.created_at >= :since::timestamptz");
            given.put("since", filter.since().toString());
        }
        long[] behind = page.numbers(2);
        if (behind != null) {
            text.append(" AND (r.created_at, r.id) < (:at::timestamptz, :id)");
            given.put("at", time(behind[0]).toString());
            given.put("id", behind[1]);
        }
        return text.append(" ORDER BY r.created_at DESC, r.id DESC LIMIT ")
                .append(limit)
                .toString();
    }

    private static String sieve(RunFilter filter, Map<String, Object> given) {
        StringBuilder text = new StringBuilder();
        if (filter.phases() != null) {
            text.append(" AND r.phase = ANY (:phases)");
            given.put("phases", names(filter.phases()));
        }
        if (filter.task() != null) {
            text.append(" AND r.task = :task");
            given.put("task", filter.task());
        }
        if (filter.text() != null) {
            text.append(" AND ").append("""
                    (r.name ILIKE :text OR r.environment ILIKE :text OR r.task ILIKE :text
                        OR r.phase IN ('FAILED', 'ABORTED', 'TIMED_OUT') AND EXISTS (
                            SELECT FROM recorded_actions(r.name, r.ended_at) a
                            WHERE a.name = 'a0' AND (a.error_code ILIKE :text OR a.error_message ILIKE :text)))""");
            given.put("text", "%" + filter.text().replaceAll("[\\\\%_]", "\\\\$0") + "%");
        }
        return text.toString();
    }

    /** In the order of their creation, one more than asked for. */
    List<ActionRow> actions(String run, ActionFilter filter, PageQuery page) {
        Statement statement = actionsStatement(run, filter, page);
        return sql.sql(statement.text())
                .params(statement.given())
                .query((row, n) -> RunStore.action(row))
                .list();
    }

    /** The actions of the run by index (run, name), here and in the day of the run's end, and a sort that keeps a page of them. */
    Statement actionsStatement(String run, ActionFilter filter, PageQuery page) {
        Map<String, Object> given = new LinkedHashMap<>();
        String text = RunStore.ACTION + conditions(run, filter, given);
        Long behind = page.number();
        if (behind != null) {
            text += " AND a.id > :behind";
            given.put("behind", behind);
        }
        return new Statement(text + " ORDER BY a.id LIMIT " + (page.limit() + 1), given);
    }

    /** The same range, counted. */
    long total(String run, ActionFilter filter) {
        Map<String, Object> given = new LinkedHashMap<>();
        return sql.sql("SELECT count(*) FROM run r CROSS JOIN LATERAL recorded_actions(r.name, r.ended_at) a"
                        + conditions(run, filter, given))
                .params(given)
                .query(Long.class)
                .single();
    }

    private static String conditions(String run, ActionFilter filter, Map<String, Object> given) {
        StringBuilder text = new StringBuilder(" WHERE r.name = :run");
        given.put("run", run);
        if (filter.phases() != null) {
            text.append(" AND ").append(RunStore.SHOWN_PHASE).append(" = ANY (:phases)");
            given.put("phases", names(filter.phases()));
        }
        if (filter.task() != null) {
            text.append(" AND a.task = :task");
            given.put("task", filter.task());
        }
        if (filter.parent() != null) {
            text.append(" AND a.parent = :parent");
            given.put("parent", filter.parent());
        }
        return text.toString();
    }

    private static String[] names(Set<ActionPhase> phases) {
        return phases.stream().map(Enum::name).sorted().toArray(String[]::new);
    }
}
