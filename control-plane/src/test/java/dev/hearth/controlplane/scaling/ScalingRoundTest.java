package dev.hearth.controlplane.scaling;

import static dev.hearth.controlplane.scaling.ScalingDatabase.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.api.DecisionView;
import dev.hearth.controlplane.policy.Pace;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.StartFailures;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScalingRoundTest {
    private final ScalingDatabase db = new ScalingDatabase();
    private long environment;

    @AfterEach
    void close() {
        db.close();
    }

    @BeforeEach
    void declareAnEnvironment() {
        environment = db.environment("orders");
    }

    @Test
    void theFirstActionBringsThePoolUp() throws InterruptedException {
        long pool = db.pool(environment, 2, 4);
        db.queue(pool, "r1");

        db.round.run(NOON, false);

        assertThat(db.phases(pool)).containsExactly("REQUESTED", "REQUESTED");
        assertThat(state(pool)).isEqualTo("WARMING 2");
        assertThat(db.text("SELECT string_agg(DISTINCT version, ',') FROM replica"))
                .isEqualTo("v1");
        assertThat(db.signals.provisioning().await(Duration.ZERO)).isTrue();
    }

    @Test
    void aDecisionIsStoredOnceWithItsReasonAndInputs() {
        long pool = db.pool(environment, 1, 4);
        db.queue(pool, "r1");

        db.round.run(NOON, false);
        db.round.run(NOON.plusSeconds(1), false);

        List<DecisionStore.Stored> stored = db.decisions.newest(environment, null, 10);
        assertThat(stored).hasSize(1);
        DecisionView decision = stored.getFirst().view();
        assertThat(decision.at()).isEqualTo(NOON);
        assertThat(decision.reason())
                .isEqualTo("1 queued and 0 running need 1 replica of 1 slot; 0 are there, the limit is 4");
        assertThat(decision.inputs()).containsKeys("limits", "condition", "replicas", "failures", "room");
    }

    @Test
    void aColdPoolWithoutDemandIsNotEvenLookedAt() {
        db.pool(environment, 2, 4);

        assertThat(db.snapshots.candidates(NOON)).isEmpty();
    }

    @Test
    void poolsWithAQueueAreFoundAmongMany() {
        List<Long> pools = IntStream.range(0, 5)
                .mapToObj(n -> db.pool(db.environment("e" + n), 1, 1))
                .toList();
        db.queue(pools.get(1), "r1");
        db.queue(pools.get(1), "r2");
        db.queue(pools.get(4), "r3");

        assertThat(db.snapshots.candidates(NOON))
                .extracting(PoolSnapshot::id)
                .containsExactlyInAnyOrder(pools.get(1), pools.get(4));
    }

    @Test
    void anAlwaysOnPoolComesUpWithoutDemandUntilItIsReplaced() {
        long pool = db.pool(environment, 2, 2);
        db.execute("UPDATE pool SET idle_ttl_ms = NULL");

        db.round.run(NOON, false);
        assertThat(db.phases(pool)).containsExactly("REQUESTED", "REQUESTED");

        db.execute("UPDATE pool SET draining = true");
        db.round.run(NOON.plusSeconds(1), false);
        assertThat(db.phases(pool)).containsExactly("STOPPED", "STOPPED");
        assertThat(state(pool)).isEqualTo("COLD 0");
        assertThat(db.snapshots.candidates(NOON)).isEmpty();
    }

    @Test
    void thePoolIsWarmOnceItsReplicasAreReady() {
        long pool = db.pool(environment, 1, 1);
        db.queue(pool, "r1");
        db.round.run(NOON, false);

        db.execute("UPDATE replica SET phase = 'READY', ready_at = requested_at");
        db.round.run(NOON.plusSeconds(1), false);

        assertThat(state(pool)).isEqualTo("WARM 1");
    }

    @Test
    void theHighestIdleReplicaDrainsAfterScaledownTtl() throws InterruptedException {
        long pool = db.pool(environment, 1, 3);
        long first = db.ready(pool, 1);
        db.ready(pool, 2);
        db.ready(pool, 3);
        db.claim(db.queue(pool, "r1"), first);

        db.round.run(NOON.plusSeconds(59), false);
        assertThat(db.phases(pool)).containsExactly("READY", "READY", "READY");
        db.round.run(NOON.plusSeconds(60), false);
        assertThat(db.phases(pool)).containsExactly("READY", "READY", "DRAINING");
        assertThat(db.signals.draining().await(Duration.ZERO)).isTrue();
        db.round.run(NOON.plusSeconds(119), false);
        assertThat(db.phases(pool)).containsExactly("READY", "READY", "DRAINING");
        db.round.run(NOON.plusSeconds(120), false);
        assertThat(db.phases(pool)).containsExactly("READY", "DRAINING", "DRAINING");
    }

    @Test
    void theWholePoolStopsAtIdleTtl() {
        long pool = db.pool(environment, 2, 2);
        db.ready(pool, 1);
        db.ready(pool, 2);

        db.round.run(NOON.plusSeconds(59), false);
        assertThat(db.phases(pool)).containsExactly("READY", "READY");
        db.round.run(NOON.plusSeconds(60), false);
        assertThat(db.phases(pool)).containsExactly("DRAINING", "DRAINING");
        assertThat(state(pool)).isEqualTo("COLD 0");
    }

    @Test
    void workThatBeganAndEndedBetweenTwoLooksCountsForItsReplicaAndItsPool() {
        long pool = db.pool(environment, 1, 2);
        db.ready(pool, 1);
        long briefly = db.ready(pool, 2);
        db.round.run(NOON.plusSeconds(59), false);
        db.execute("UPDATE replica SET last_busy_at = '%s', executed = 1 WHERE id = %d"
                .formatted(NOON.plusMillis(59_500), briefly));

        db.round.run(NOON.plusSeconds(60), false);
        assertThat(db.phases(pool)).containsExactly("READY", "READY");
        db.round.run(NOON.plusMillis(119_499), false);
        assertThat(db.phases(pool)).containsExactly("READY", "READY");
        db.round.run(NOON.plusMillis(119_500), false);
        assertThat(db.phases(pool)).containsExactly("DRAINING", "DRAINING");
    }

    @Test
    void idlenessCountsFromTheLastWorkAlsoWhereItsReplicaWasLostAtOnce() {
        long pool = db.pool(environment, 2, 2);
        db.ready(pool, 1);
        long lost = db.ready(pool, 2);
        db.execute("UPDATE replica SET phase = 'LOST', last_busy_at = '%s', ended_at = '%s' WHERE id = %d"
                .formatted(NOON.plusMillis(59_100), NOON.plusMillis(59_200), lost));

        db.round.run(NOON.plusSeconds(60), false);
        assertThat(state(pool)).isEqualTo("WARMING 2");
        db.round.run(NOON.plusMillis(119_099), false);
        assertThat(state(pool)).isEqualTo("WARMING 2");
        db.round.run(NOON.plusMillis(119_100), false);
        assertThat(state(pool)).isEqualTo("COLD 0");
    }

    @Test
    void whatWasToldToStopAndHasNotHoldsItsSlotAndItsReplica() {
        long pool = db.pool(environment, 1, 2);
        long replica = db.ready(pool, 1);
        db.execute("UPDATE replica SET stopping = 1 WHERE id = %d".formatted(replica));

        db.round.run(NOON.plusSeconds(3_600), false);
        assertThat(db.phases(pool)).containsExactly("READY");
        db.queue(pool, "r1");
        db.round.run(NOON.plusSeconds(3_601), false);
        assertThat(db.phases(pool)).as("its slot is none for what waits").containsExactly("READY", "REQUESTED");
    }

    @Test
    void aRetryBringsItsPoolUpWhenAReplicaIsJustThereInTimeAndNotSooner() {
        long pool = db.pool(environment, 1, 2);
        long retry = db.queue(pool, "r1");
        db.execute("UPDATE action SET attempt = 1, available_at = '%s' WHERE id = %d"
                .formatted(NOON.plusSeconds(600), retry));

        db.round.run(NOON, false);
        db.round.run(NOON.plusSeconds(596), false);
        assertThat(db.phases(pool)).isEmpty();
        assertThat(state(pool)).isEqualTo("COLD 0");

        db.round.run(NOON.plusSeconds(597), false);
        assertThat(db.phases(pool)).as("a start usually takes 3 s").containsExactly("REQUESTED");
    }

    @Test
    void aPoolGoesColdWhileARetryWaits() {
        long pool = db.pool(environment, 1, 2);
        db.ready(pool, 1);
        long retry = db.queue(pool, "r1");
        db.execute("UPDATE action SET attempt = 1, available_at = '%s' WHERE id = %d"
                .formatted(NOON.plusSeconds(7200), retry));

        db.round.run(NOON.plusSeconds(3600), false);

        assertThat(db.phases(pool)).containsExactly("DRAINING");
        assertThat(state(pool)).isEqualTo("COLD 0");
    }

    @Test
    void aParkedParentKeepsItsPoolWarm() {
        long pool = db.pool(environment, 1, 1);
        long replica = db.ready(pool, 1);
        db.claim(db.queue(pool, "r1"), replica);
        db.execute("UPDATE action SET parked = true");

        db.round.run(NOON.plusSeconds(3600), false);

        assertThat(db.phases(pool)).containsExactly("READY");
        assertThat(db.text("SELECT active_at = '%s' FROM pool".formatted(NOON.plusSeconds(3600))))
                .isEqualTo("t");
    }

    @Test
    void aReplicaIsNotDrainedIfAClaimReachesItFirst() throws Exception {
        long pool = db.pool(environment, 0, 1);
        long replica = db.ready(pool, 1);
        // Long-lived: only the replica's own scale-down is due, and the claim below takes what it is about to stop.
        db.execute("UPDATE pool SET idle_ttl_ms = 3600000");
        try (Connection claim = db.source.getConnection();
                Statement statement = claim.createStatement();
                ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            claim.setAutoCommit(false);
            statement.execute("SELECT id FROM replica WHERE id = %d AND phase = 'READY' FOR SHARE".formatted(replica));
            Future<?> scaleDown = other.submit(() -> db.round.run(NOON.plusSeconds(60), false));
            awaitABlockedStatement();
            statement.execute("""
                    INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, replica_id, created_at,
                        available_at, input_type)
                    VALUES ('r1', 'a0', 'orders', 1, 'noop', %d, 'RUNNING', %d, now(), now(), 'application/json')""".formatted(pool, replica));
            claim.commit();
            scaleDown.get();
        }
        assertThat(db.phases(pool)).containsExactly("READY");
        assertThat(db.decisions.newest(environment, null, 10)).isEmpty();
    }

    @Test
    void aReplicaIsNotClaimedIfADrainReachesItFirst() throws SQLException {
        long pool = db.pool(environment, 0, 1);
        long replica = db.ready(pool, 1);
        db.round.run(NOON.plusSeconds(60), false);

        assertThat(db.jdbc
                        .sql("SELECT id FROM replica WHERE id = :id AND phase = 'READY' FOR SHARE")
                        .param("id", replica)
                        .query(Long.class)
                        .list())
                .isEmpty();
    }

    @Test
    void severalControlPlanesTogetherStartWhatOneWould() throws Exception {
        long pool = db.pool(environment, 3, 3);
        db.queue(pool, "r1");
        try (ExecutorService planes = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Object> plane = Executors.callable(() -> db.round.run(NOON, false));
            for (Future<Object> done : planes.invokeAll(List.of(plane, plane, plane, plane, plane, plane))) {
                done.get();
            }
        }
        assertThat(db.phases(pool)).hasSize(3);
        assertThat(db.decisions.newest(environment, null, 10)).hasSize(1);
    }

    @Test
    void aPoolWhoseReplicasNeverComeUpIsGivenUp() {
        long pool = db.pool(environment, 1, 1);
        db.run("r1", 1);
        db.queue(pool, "r1");
        IntStream.range(0, 5).forEach(n -> db.failedStart(pool, NOON.minusSeconds(20 - 4 * n)));

        db.round.run(NOON, false);

        assertThat(db.events)
                .singleElement()
                .isInstanceOfSatisfying(
                        ReplicasNeverStarted.class,
                        event -> assertThat(event.poolId()).isEqualTo(pool));
        assertThat(db.decisions.newest(environment, null, 10).getFirst().view().reason())
                .contains("5 starts in a row (exit 1)");
    }

    @Test
    void workWaitsForStartsThatAreOnlySlowHoweverManyThereAre() {
        long pool = db.pool(environment, 1, 1);
        db.run("r1", 1);
        db.queue(pool, "r1");
        IntStream.range(0, 8).forEach(n -> db.failedStart(pool, NOON.minusSeconds(80 - 4 * n)));
        db.execute("UPDATE replica SET end_reason = 'never came up: " + StartFailures.SLOW + "said no hello'");

        db.round.run(NOON, false);

        assertThat(db.events).isEmpty();
        StartFailures failures = db.snapshots.pool(pool, NOON).getFirst().failures();
        assertThat(failures.onlySlow()).isTrue();
        assertThat(failures.backsOff(NOON)).as("the next start is tried later").isTrue();

        db.round.run(NOON.plusSeconds(120), false);
        assertThat(db.phases(pool)).contains("REQUESTED");
    }

    @Test
    void onlyStartsSinceTheLastReplicaThatCameUpCountAsFailed() {
        long pool = db.pool(environment, 1, 1);
        db.queue(pool, "r1");
        db.failedStart(pool, NOON.minusSeconds(100));
        db.ready(pool, 1);
        db.failedStart(pool, NOON.minusSeconds(50));
        db.failedStart(pool, NOON.minusSeconds(50));
        db.failedStart(pool, NOON.minusSeconds(40));

        StartFailures failures = db.snapshots.pool(pool, NOON).getFirst().failures();

        assertThat(failures).isEqualTo(new StartFailures(2, NOON.minusSeconds(39), "exit 1"));
    }

    @Test
    void aRunsOwnPoolStopsWithTheRun() {
        long version = db.version(environment, "v7", "ACTIVE", null);
        db.run("r1", version);
        long pool = db.poolRow(environment, 1, 1, "r1");
        db.queue(pool, "r1");
        db.round.run(NOON, false);
        assertThat(db.text("SELECT version FROM replica")).isEqualTo("v1");

        db.execute("UPDATE action SET phase = 'SUCCEEDED'");
        db.execute("UPDATE run SET phase = 'SUCCEEDED', ended_at = now()");
        db.execute("UPDATE replica SET phase = 'READY', ready_at = requested_at");
        db.round.run(NOON.plusSeconds(1), false);

        assertThat(db.phases(pool)).containsExactly("DRAINING");
        assertThat(state(pool)).isEqualTo("COLD 0");
    }

    @Test
    void aReplacedVersionRetiresOnceItsPoolIsColdAndItsWorkIsDone() {
        long pool = db.pool(environment, 1, 1);
        db.execute("UPDATE environment_version SET state = 'DRAINING'");
        db.execute("UPDATE pool SET draining = true");
        long replica = db.ready(pool, 1);
        db.claim(db.queue(pool, "r1"), replica);

        db.round.run(NOON, false);
        assertThat(db.text("SELECT state FROM environment_version")).isEqualTo("DRAINING");
        db.execute("UPDATE action SET phase = 'SUCCEEDED'");
        db.round.run(NOON.plusSeconds(1), false);
        assertThat(db.text("SELECT state FROM environment_version")).isEqualTo("RETIRED");
        assertThat(db.phases(pool)).containsExactly("DRAINING");
    }

    @Test
    void aVersionThatSharesItsPoolRetiresWithItsLastAction() {
        long pool = db.pool(environment, 1, 1);
        db.execute("UPDATE environment_version SET state = 'DRAINING'");
        db.version(environment, "v2", "ACTIVE", pool);
        long old = db.queue(pool, "r1");
        db.execute("UPDATE action SET version_id = (SELECT id FROM environment_version WHERE version = 'v1')");
        db.queue(pool, "r2");
        db.execute(
                "UPDATE action SET version_id = (SELECT id FROM environment_version WHERE version = 'v2') WHERE run = 'r2'");

        db.round.run(NOON, false);
        assertThat(db.text("SELECT state FROM environment_version WHERE version = 'v1'"))
                .isEqualTo("DRAINING");
        db.execute("UPDATE action SET phase = 'SUCCEEDED' WHERE id = " + old);
        db.round.run(NOON.plusSeconds(1), false);
        assertThat(db.text("SELECT state FROM environment_version WHERE version = 'v1'"))
                .isEqualTo("RETIRED");
    }

    @Test
    void aPausedEnvironmentsQueueIsNoDemand() {
        long pool = db.pool(environment, 1, 3);
        db.queue(pool, "r1");
        db.execute("UPDATE environment SET state = 'PAUSED'");

        db.round.run(NOON, false);
        assertThat(db.phases(pool)).isEmpty();

        db.execute("UPDATE environment SET state = 'ACTIVE'");
        db.round.run(NOON.plusSeconds(1), false);
        assertThat(db.phases(pool)).containsExactly("REQUESTED");
    }

    @Test
    void aPoolThatIsAskedToBeWarmComesUpOnceAndKeepsTheRequestWhileTheServerIsFull() {
        long other = db.pool(db.environment("others"), 64, 64);
        db.queue(other, "r1");
        db.round.run(NOON, false);
        long pool = db.pool(environment, 0, 3);
        db.execute("UPDATE pool SET warm_asked = true, active_at = '%s' WHERE id = %d".formatted(NOON, pool));

        db.round.run(NOON.plusSeconds(1), false);
        assertThat(db.phases(pool)).isEmpty();
        assertThat(db.text("SELECT warm_asked::text FROM pool WHERE id = " + pool))
                .isEqualTo("true");

        db.execute("UPDATE replica SET phase = 'STOPPED'");
        db.execute("UPDATE action SET phase = 'SUCCEEDED'");
        db.execute("UPDATE pool SET state = 'COLD', desired = 0 WHERE id = " + other);
        db.round.run(NOON.plusSeconds(2), false);
        assertThat(db.phases(pool)).containsExactly("REQUESTED");
        assertThat(db.text("SELECT warm_asked::text FROM pool WHERE id = " + pool))
                .isEqualTo("false");
    }

    @Test
    void replicasThatComeUpAndDieAtOnceAreFailedStarts() {
        long pool = db.pool(environment, 1, 1);
        for (int i = 0; i < 3; i++) {
            long replica = db.ready(pool, 1);
            db.execute("""
                    UPDATE replica SET phase = 'LOST', requested_at = '%1$s', ready_at = '%1$s', ended_at = '%2$s',
                        end_reason = 'exit 1' WHERE id = %3$d""".formatted(NOON.minusSeconds(60 - i), NOON.minusSeconds(58 - i), replica));
        }

        assertThat(db.snapshots.pool(pool, NOON).getFirst().failures().count()).isEqualTo(3);
        db.execute("UPDATE replica SET executed = 1 WHERE id = (SELECT max(id) FROM replica)");
        assertThat(db.snapshots.pool(pool, NOON).getFirst().failures().count()).isZero();
    }

    @Test
    void thePaceOfAPoolIsThatOfItsNewestReplicas() {
        long pool = db.pool(environment, 1, 2);
        db.ready(pool, 1);
        db.ready(pool, 2);
        db.execute("UPDATE replica SET ready_at = requested_at + interval '3 s', service_ms = 100 * ordinal");

        Pace pace = db.snapshots.pool(pool, NOON).getFirst().pace();

        assertThat(pace.coldStart()).isEqualTo(Duration.ofSeconds(3));
        assertThat(pace.service()).isEqualTo(Duration.ofMillis(150));
    }

    @Test
    void aWornReplicaIsReplacedBeforeItDrainsWithItsWork() {
        long pool = db.pool(environment, 1, 1);
        db.execute("UPDATE pool SET recycle_executions = 5");
        long worn = db.ready(pool, 1);
        db.claim(db.queue(pool, "r1"), worn);
        db.execute("UPDATE replica SET executed = 5");

        db.round.run(NOON, false);
        assertThat(db.phases(pool)).containsExactly("READY", "REQUESTED");
        db.execute("UPDATE replica SET phase = 'READY', ready_at = now() WHERE ordinal = 2");
        db.round.run(NOON.plusSeconds(1), false);
        assertThat(db.phases(pool)).containsExactly("DRAINING", "READY");
        assertThat(db.text("SELECT string_agg(rule, ' ' ORDER BY id) FROM scaling_decision"))
                .isEqualTo("RECYCLE RECYCLE");
    }

    @Test
    void onlyOneOfTwoControlPlanesTakesATurn() {
        long pool = db.pool(environment, 1, 1);
        db.queue(pool, "r1");
        db.execute("UPDATE turn SET taken_at = now()");

        db.round.run(NOON, true);
        assertThat(db.phases(pool)).as("somebody has looked in this interval").isEmpty();

        db.execute("UPDATE turn SET taken_at = now() - interval '1 s'");
        db.round.run(NOON, true);
        assertThat(db.phases(pool)).containsExactly("REQUESTED");
    }

    private String state(long pool) {
        return db.text("SELECT state || ' ' || desired FROM pool WHERE id = " + pool);
    }

    private void awaitABlockedStatement() {
        await().until(() -> db.text(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
                .equals("1"));
    }
}
