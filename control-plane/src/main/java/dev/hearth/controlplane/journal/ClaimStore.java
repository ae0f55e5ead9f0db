package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.journal.Fronts.Front;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Slot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The statements of running actions: claim for a slot, park, and the replicas' signs of life. */
@Component
final class ClaimStore {
    private final JdbcClient sql;

    ClaimStore(JournalDatabase database) {
        this.sql = JdbcClient.create(database.dataSource());
    }

    /** What {@link ClaimedAction#of} reads. */
    private static final String AS_CLAIMED = """
            a.id, a.token, a.replica_id, a.run, a.name, a.parent, a.environment, a.version_id, a.task, a.attempt, a.input,
            a.input_type, a.input_blob, a.dispatched_at, a.user_failures, a.system_failures, a.retries, a.backoff_ms,
            a.backoff_max_ms, a.timeout_ms, a.queue_timeout_ms, a.priority, a.turn""";

    /** The heads of whole queues. */
    private static final String FROM_THE_BEGINNING = """
            SELECT w.id, row_number() OVER (ORDER BY w.priority DESC, w.turn, w.id) AS place
            FROM (
                SELECT a.id, a.priority, a.turn FROM action a
                WHERE a.pool_id = p.pool_id AND a.phase = 'QUEUED' AND a.available_at <= ?::timestamptz %s
                ORDER BY a.priority DESC, a.turn, a.id
                LIMIT p.free
                FOR UPDATE SKIP LOCKED) w
            """;

    /** Where no children are: roots behind their front. */
    private static final String BEHIND_FRONT_OF_ROOTS = """
            SELECT w.id, row_number() OVER (ORDER BY w.turn, w.id) AS place
            FROM (
                SELECT a.id, a.turn FROM action a
                WHERE a.pool_id = p.pool_id AND a.phase = 'QUEUED' AND a.available_at <= ?::timestamptz
                    AND a.priority = f.priority AND (a.turn, a.id) > (f.turn, f.id)
                ORDER BY a.priority DESC, a.turn, a.id
                LIMIT p.free
                FOR UPDATE SKIP LOCKED) w
            """;

    /** Children behind their front, then, for the slots that are left, roots behind theirs. */
    private static final String BEHIND_FRONTS = """
            WITH child AS MATERIALIZED (
                SELECT a.id, a.turn FROM action a
                WHERE a.pool_id = p.pool_id AND a.phase = 'QUEUED' AND a.available_at <= ?::timestamptz
                    AND a.priority = f.priority AND (a.turn, a.id) > (f.child_turn, f.child_id) AND a.turn < 0
                ORDER BY a.priority DESC, a.turn, a.id
                LIMIT p.free
                FOR UPDATE SKIP LOCKED
            ), other AS MATERIALIZED (
                SELECT a.id, a.turn FROM action a
                WHERE a.pool_id = p.pool_id AND a.phase = 'QUEUED' AND a.available_at <= ?::timestamptz
                    AND a.priority = f.priority AND (a.turn, a.id) > (f.turn, f.id)
                ORDER BY a.priority DESC, a.turn, a.id
                LIMIT p.free - (SELECT count(*) FROM child)
                FOR UPDATE SKIP LOCKED
            )
            SELECT w.id, row_number() OVER (ORDER BY w.turn, w.id) AS place
            FROM (SELECT * FROM child UNION ALL SELECT * FROM other) w
            """;

    /**
     * Gives the offered slots to the heads of their pools' queues. Touches as many rows as there are slots, found by index
     * action_queue, and passes by the entries of what was claimed before. The replica's row is locked for the moment: the
     * autoscaler cannot let it go under the claim, and a replica that is no longer READY gets nothing. A paused environment
     * keeps its queue.
     */
    List<ClaimedAction> claim(List<Slot> slots, Instant now) {
        return claim(slots, "", FROM_THE_BEGINNING.formatted(""), List.of(now.toString()), now);
    }

    /** The same, for children alone: all roots stand behind turn 0. */
    List<ClaimedAction> claimChildren(List<Slot> slots, Instant now) {
        return claim(slots, "", FROM_THE_BEGINNING.formatted("AND a.turn < 0"), List.of(now.toString()), now);
    }

    /** The same without the entries up to the fronts of these pools: begins behind each and stays within its priority. */
    List<ClaimedAction> claimBehind(Map<Long, Front> fronts, List<Slot> slots, Instant now) {
        List<Front> each = List.copyOf(fronts.values());
        boolean haveChildren = each.stream().anyMatch(Front::hasChildren);
        List<Object> arguments = new ArrayList<>(List.of(
                List.copyOf(fronts.keySet()).toArray(Long[]::new),
                each.stream().map(Front::priority).toArray(Integer[]::new),
                each.stream().map(front -> front.children().turn()).toArray(Long[]::new),
                each.stream().map(front -> front.children().id()).toArray(Long[]::new),
                each.stream().map(front -> front.behind().turn()).toArray(Long[]::new),
                each.stream().map(front -> front.behind().id()).toArray(Long[]::new),
                now.toString()));
        if (haveChildren) {
            arguments.add(now.toString());
        }
        return claim(
                slots,
                "JOIN unnest(?::bigint[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])"
                        + " AS f (pool_id, priority, child_turn, child_id, turn, id) USING (pool_id)",
                haveChildren ? BEHIND_FRONTS : BEHIND_FRONT_OF_ROOTS,
                arguments,
                now);
    }

    private List<ClaimedAction> claim(
            List<Slot> slots, String fronts, String queue, List<Object> arguments, Instant now) {
        return sql.sql("""
                WITH ready AS MATERIALIZED (
                    SELECT id FROM replica WHERE id = ANY (?::bigint[]) AND phase = 'READY' ORDER BY id FOR SHARE
                ), pool AS MATERIALIZED (
                    SELECT s.pool_id, count(*) AS free, array_agg(s.replica_id ORDER BY s.rank) AS replicas,
                           array_agg(s.token ORDER BY s.rank) AS tokens
                    FROM unnest(?::bigint[], ?::int[], ?::bigint[], ?::bigint[]) AS s (pool_id, rank, replica_id, token)
                    JOIN ready ON ready.id = s.replica_id
                    JOIN pool p ON p.id = s.pool_id
                    JOIN environment e ON e.id = p.environment_id AND e.state <> 'PAUSED'
                    GROUP BY s.pool_id
                ), head AS MATERIALIZED (
                    SELECT q.id, p.replicas[q.place] AS replica_id, p.tokens[q.place] AS token
                    FROM pool p %s
                    CROSS JOIN LATERAL (
                        %s) q
                ), claimed AS (
                    UPDATE action a
                    SET phase = 'RUNNING', attempt = a.attempt + 1, token = h.token, replica_id = h.replica_id,
                        dispatched_at = ?::timestamptz
                    FROM head h
                    WHERE a.id = h.id
                    RETURNING %s
                ), begun AS (
                    UPDATE run SET phase = 'RUNNING' FROM claimed c WHERE c.parent IS NULL AND run.name = c.run
                )
                SELECT * FROM claimed ORDER BY priority DESC, turn, id
                """.formatted(fronts, queue, AS_CLAIMED))
                .param(slots.stream().mapToLong(Slot::replica).distinct().toArray())
                .param(slots.stream().mapToLong(Slot::pool).toArray())
                .param(slots.stream().mapToInt(Slot::rank).toArray())
                .param(slots.stream().mapToLong(Slot::replica).toArray())
                .param(LongStream.generate(ThreadLocalRandom.current()::nextLong)
                        .limit(slots.size())
                        .toArray())
                .params(arguments)
                .param(now.toString())
                .query((row, n) -> ClaimedAction.of(row))
                .list();
    }

    /** Which of these claims are stored, by primary key. They are dispatched now: their time must not be over before it begins. */
    List<ClaimedAction> dispatchAgain(List<ClaimedAction> claimed, Instant now) {
        return sql.sql("""
                UPDATE action a SET dispatched_at = ?::timestamptz
                FROM unnest(?::bigint[], ?::bigint[]) AS c (id, token)
                WHERE a.id = c.id AND a.token = c.token AND a.phase = ?
                RETURNING %s
                """.formatted(AS_CLAIMED))
                .param(now.toString())
                .param(claimed.stream()
                        .mapToLong(action -> action.attempt().action())
                        .toArray())
                .param(claimed.stream()
                        .mapToLong(action -> action.attempt().token())
                        .toArray())
                .param(EndStore.RUNNING)
                .query((row, n) -> ClaimedAction.of(row))
                .list();
    }

    /** By primary key; no indexed column changes, so the update stays HOT. */
    void park(Map<AttemptKey, Boolean> parkings) {
        sql.sql("""
                UPDATE action a SET parked = p.parked
                FROM unnest(?::bigint[], ?::bigint[], ?::boolean[]) AS p (id, token, parked)
                WHERE a.id = p.id AND a.token = p.token AND a.phase = ?
                """)
                .param(parkings.keySet().stream().mapToLong(AttemptKey::action).toArray())
                .param(parkings.keySet().stream().mapToLong(AttemptKey::token).toArray())
                .param(parkings.values().toArray(Boolean[]::new))
                .param(EndStore.RUNNING)
                .update();
    }

    /** By primary key, on the database's clock, because leases are judged by it. */
    void beat(Collection<Beat> beats) {
        sql.sql("""
                UPDATE replica r SET seen_at = now(), heap_bytes = b.heap, rss_bytes = b.rss, stopping = b.stopping
                FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::int[]) AS b (id, heap, rss, stopping)
                WHERE r.id = b.id
                """)
                .param(beats.stream().mapToLong(Beat::replica).toArray())
                .param(beats.stream().mapToLong(Beat::heapBytes).toArray())
                .param(beats.stream().mapToLong(Beat::rssBytes).toArray())
                .param(beats.stream().mapToInt(Beat::stopping).toArray())
                .update();
    }

    /** The lowest turns in these queues, one probe of action_queue each; absent = the queue is empty. */
    Map<Long, Long> heads(Collection<Long> pools) {
        Map<Long, Long> heads = new HashMap<>();
        sql.sql("""
                SELECT p.id, (SELECT a.turn FROM action a WHERE a.pool_id = p.id AND a.phase = 'QUEUED'
                              ORDER BY a.priority DESC, a.turn, a.id LIMIT 1) AS turn
                FROM unnest(?::bigint[]) AS p (id)
                """).param(pools.stream().mapToLong(Long::longValue).toArray()).query(row -> {
            Long turn = row.getObject("turn", Long.class);
            if (turn != null) {
                heads.put(row.getLong("id"), turn);
            }
        });
        return heads;
    }
}
