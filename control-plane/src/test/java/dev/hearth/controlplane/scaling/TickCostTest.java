package dev.hearth.controlplane.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A tick costs as many statements for thousands of pools as for one, and its time grows with the pools that have something. */
class TickCostTest {
    private static final int ROUNDS = 31;

    @Test
    void aTickOverThousandsOfPoolsIsAFewStatementsAndItsTimeFollowsTheActiveOnes() {
        System.out.println("A tick of the autoscaler, database and all, median of " + ROUNDS + ":");
        long small = measure(20, 1, 0);
        long large = measure(2_000, 50, 0);
        long tenfold = measure(20_000, 50, 0);
        long idle = measure(2_000, 50, 1_950);
        long busy = measure(20_000, 500, 0);

        assertThat(new long[] {large, tenfold, idle, busy}).containsOnly(small);
    }

    /** Answers the number of statements of one tick. */
    private static long measure(int pools, int active, int warmAndIdle) {
        ScalingDatabase db = new ScalingDatabase();
        db.execute("""
                INSERT INTO environment (project, name, state, created_at)
                SELECT 'default', 'e' || n, 'ACTIVE', now() FROM generate_series(1, %d) n""".formatted(pools));
        db.execute("""
                INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use, concurrency,
                    replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, state, desired, active_at, created_at)
                SELECT 'pool ' || id, id, name, 'process:java', '{}', '{}', false, 10, 1, 4, 60000, 600000,
                    CASE WHEN id <= %1$d THEN 'WARM' ELSE 'COLD' END, CASE WHEN id <= %2$d THEN 2 WHEN id <= %1$d THEN 1 ELSE 0 END,
                    '%3$s', now()
                FROM environment""".formatted(active + warmAndIdle, active, ScalingDatabase.NOON));
        // Active: two replicas that have just become busy with 15 actions, after a hundred that were there before.
        db.execute("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, ready_at, ended_at)
                SELECT p.id, 'v1', n, 'STOPPED', 10, '', now(), now(), now()
                FROM pool p, generate_series(1, 100) n WHERE p.id <= %d""".formatted(active));
        db.execute("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, ready_at, last_busy_at)
                SELECT p.id, 'v1', n, 'READY', 10, '', '%1$s', '%1$s', '%1$s'
                FROM pool p, generate_series(1, 2) n WHERE n <= p.desired""".formatted(ScalingDatabase.NOON));
        db.execute("""
                INSERT INTO action (run, name, environment, version_id, task, pool_id, replica_id, phase, created_at,
                    available_at, input_type)
                SELECT 'r' || r.id || '-' || n, 'a0', 'e', 1, 'noop', r.pool_id, r.id, 'RUNNING', now(), now(), 'application/json'
                FROM replica r, generate_series(1, 8) n WHERE r.phase = 'READY' AND r.pool_id <= %d""".formatted(active));
        db.execute("""
                INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at, available_at, input_type)
                SELECT 'q' || p.id || '-' || n, 'a0', 'e', 1, 'noop', p.id, 'QUEUED', now(), now(), 'application/json'
                FROM pool p, generate_series(1, 4) n WHERE p.id <= %d""".formatted(active));
        db.execute("ANALYZE");
        // The first round writes down what it finds; from then on nothing changes.
        db.round.run(ScalingDatabase.NOON.plusMillis(1), false);
        long before = db.statements.get();
        double[] millis = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            db.round.run(ScalingDatabase.NOON.plusMillis(2), false);
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        long statements = (db.statements.get() - before) / ROUNDS;
        System.out.printf(
                "  %6d pools, %3d active, %4d warm and idle: %6.2f ms (p90 %.2f), %d statements%n",
                pools, active, warmAndIdle, millis[ROUNDS / 2], millis[ROUNDS * 9 / 10], statements);
        assertThat(db.text("SELECT count(*)::text FROM scaling_decision")).isEqualTo("0");
        return statements;
    }
}
