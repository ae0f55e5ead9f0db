package dev.hearth.controlplane.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.api.WaitingView;
import dev.hearth.api.WaitingView.Cause;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.scaling.ScalingDatabase;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Staged rows in a real database, explained. */
class WaitingReaderTest {
    private final ScalingDatabase db = new ScalingDatabase();
    private long environment;

    @AfterEach
    void close() {
        db.close();
    }

    @BeforeEach
    void declare() {
        environment = db.environment("orders");
    }

    @Test
    void anEndedAction() {
        long action = db.queue(db.pool(environment, 0, 1), "r1");
        db.execute("UPDATE action SET phase = 'SUCCEEDED', ended_at = now() WHERE id = " + action);
        assertThat(why("r1").cause()).isEqualTo(Cause.NOT_WAITING);
    }

    @Test
    void aRunningAction() {
        long pool = db.pool(environment, 0, 1);
        long replica = heard(db.ready(pool, 1), 0);
        claim(db.queue(pool, "r1"), replica, 3);
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.RUNNING);
        assertThat(view.details())
                .containsEntry("replica", Long.toString(replica))
                .containsEntry("ordinal", 1);
    }

    @Test
    void aParentAndItsChild() {
        long pool = db.pool(environment, 0, 1);
        long replica = heard(db.ready(pool, 1), 0);
        claim(db.queue(pool, "r1"), replica, 3);
        db.execute("UPDATE action SET parked = true");
        child(pool, "r1", "a0.one");
        child(pool, "r1", "a0.two");
        WaitingView parent = why("r1");
        assertThat(parent.cause()).isEqualTo(Cause.WAITS_FOR_CHILDREN);
        assertThat(parent.message()).contains("2 children, 2 queued and 0 running, first a0.one, a0.two");
        assertThat(reader(64, false).of("r1", "a0.one").cause()).isEqualTo(Cause.BEING_DISPATCHED);
        assertThat(reader(64, false).of("r1", "a0.two").cause()).isEqualTo(Cause.BEHIND_OTHERS);
    }

    @Test
    void aPausedEnvironment() {
        db.queue(db.pool(environment, 0, 1), "r1");
        db.execute("UPDATE environment SET state = 'PAUSED'");
        assertThat(why("r1").cause()).isEqualTo(Cause.ENVIRONMENT_PAUSED);
    }

    @Test
    void aRetry() {
        long action = db.queue(db.pool(environment, 0, 1), "r1");
        db.execute(
                "UPDATE action SET available_at = now() + interval '1 hour', attempt = 1, user_failures = 1 WHERE id = "
                        + action);
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.RETRY_BACK_OFF);
        assertThat(view.until()).isAfter(Instant.now().plusSeconds(3_000));
    }

    @Test
    void aColdPool() {
        db.queue(db.pool(environment, 0, 1), "r1");
        assertThat(why("r1").cause()).isEqualTo(Cause.POOL_COLD);
    }

    @Test
    void theColdPoolOfARun() {
        long version = db.version(environment, "v1", "ACTIVE", null);
        db.run("r1", version);
        db.queue(db.poolRow(environment, 0, 1, "r1"), "r1");
        assertThat(why("r1").cause()).isEqualTo(Cause.RUN_POOL);
    }

    @Test
    void aReplicaThatStarts() {
        long pool = db.pool(environment, 0, 1);
        starting(pool, 1);
        db.queue(pool, "r1");
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.REPLICA_STARTING);
        assertThat(view.message()).startsWith("Waits for replica 1, requested ");
    }

    @Test
    void aPoolThatGrows() {
        long pool = db.pool(environment, 0, 2);
        claim(db.queue(pool, "r0"), heard(db.ready(pool, 1), 0), 3);
        db.queue(pool, "r1");
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.POOL_GROWS);
        assertThat(view.message()).contains("starts replica 2 within a second; a start usually takes 1 s");
    }

    @Test
    void startsThatFail() {
        long pool = db.pool(environment, 0, 1);
        Instant now = Instant.now();
        for (int n = 4; n > 0; n--) {
            db.failedStart(pool, now.minusSeconds(n));
        }
        db.queue(pool, "r1");
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.START_BACK_OFF);
        assertThat(view.message()).contains("4 starts in a row failed, last with \"exit 1\"");
        assertThat(view.until()).isAfter(now);
    }

    @Test
    void theLimitOfTheServer() {
        long other = db.pool(db.environment("other"), 1, 1);
        heard(db.ready(other, 1), 0);
        db.execute("UPDATE pool SET environment = 'other'");
        db.queue(db.pool(environment, 0, 1), "r1");
        WaitingView view = reader(1, false).of("r1", "a0");
        assertThat(view.cause()).isEqualTo(Cause.SERVER_LIMIT);
        assertThat(view.message()).contains("limit of 1 replica (hearth.scaling.max-replicas)", "other has 1");
    }

    @Test
    void drainingReplicasThatHoldThePlaces() {
        long pool = db.pool(environment, 0, 1);
        long replica = heard(db.ready(pool, 1), 0);
        claim(db.queue(pool, "r0"), replica, 3);
        heard(db.ready(pool, 2), 0);
        db.execute("UPDATE replica SET phase = 'DRAINING'");
        db.queue(pool, "r1");
        assertThat(why("r1").cause()).isEqualTo(Cause.DRAINING_HOLDS_PLACES);
    }

    @Test
    void slotsThatAreAllBusy() {
        long pool = db.pool(environment, 0, 2);
        claim(db.queue(pool, "r8"), heard(db.ready(pool, 1), 0), 30);
        claim(db.queue(pool, "r9"), heard(db.ready(pool, 2), 0), 3);
        db.queue(pool, "r2");
        long higher = db.queue(pool, "r3");
        db.execute("UPDATE action SET priority = 5 WHERE id = " + higher);
        db.queue(pool, "r1");
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.ALL_SLOTS_BUSY);
        assertThat(view.message())
                .startsWith("All 2 slots of 2 replicas are busy, the most that its pool may have; 2 are ahead of it in"
                        + " the queue, 1 of them with a higher priority; a0 of run r8 has run longest, for 30");
        assertThat(view.details()).containsEntry("ahead", 2).containsEntry("aheadOfHigherPriority", 1);
    }

    @Test
    void aRetryThatIsNotDueIsNotAhead() {
        long pool = db.pool(environment, 0, 1);
        claim(db.queue(pool, "r9"), heard(db.ready(pool, 1), 0), 3);
        long later = db.queue(pool, "r2");
        db.execute("UPDATE action SET available_at = now() + interval '1 hour' WHERE id = " + later);
        db.queue(pool, "r1");
        assertThat(why("r1").details()).containsEntry("ahead", 0);
    }

    @Test
    void aFreshReplica() {
        long pool = db.pool(environment, 0, 1);
        db.execute("UPDATE pool SET single_use = true");
        claim(db.queue(pool, "r0"), heard(db.ready(pool, 1), 0), 3);
        db.queue(pool, "r1");
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.FRESH_REPLICA);
        assertThat(view.message()).contains("1 of at most 1 are there (1 run,");
    }

    @Test
    void aReplicaThatHasFallenSilent() {
        long pool = db.pool(environment, 0, 1);
        heard(db.ready(pool, 1), 9);
        db.queue(pool, "r1");
        WaitingView view = why("r1");
        assertThat(view.cause()).isEqualTo(Cause.NO_REPLICA_CONNECTED);
        assertThat(view.message()).contains("nothing has been heard of it for 9");
    }

    @Test
    void aFreeSlot() {
        long pool = db.pool(environment, 0, 1);
        heard(db.ready(pool, 1), 0);
        db.queue(pool, "r1");
        assertThat(why("r1").cause()).isEqualTo(Cause.BEING_DISPATCHED);
    }

    @Test
    void thePolicysPatience() {
        long pool = db.pool(environment, 0, 2);
        long replica = heard(db.ready(pool, 1), 0);
        db.execute("UPDATE replica SET service_ms = 10");
        claim(db.queue(pool, "r0"), replica, 0);
        db.queue(pool, "r1");
        assertThat(reader(64, true).of("r1", "a0").cause()).isEqualTo(Cause.PATIENCE);
        assertThat(reader(64, false).of("r1", "a0").cause()).isEqualTo(Cause.POOL_GROWS);
    }

    @Test
    void namesThatAreNotKnown() {
        db.run("r1", db.version(environment, "v1", "ACTIVE", null));
        assertThatThrownBy(() -> why("r0"))
                .isInstanceOf(ProblemException.class)
                .hasMessage("There is no run named 'r0'.");
        assertThatThrownBy(() -> reader(64, false).of("r1", "a9"))
                .isInstanceOf(ProblemException.class)
                .hasMessage("There is no action named 'a9'.");
    }

    private WaitingView why(String run) {
        return reader(64, false).of(run, "a0");
    }

    private WaitingReader reader(int maxReplicas, boolean patient) {
        return new WaitingReader(new WaitingStore(db.jdbc), db.outlook(maxReplicas, patient), Clock.systemUTC());
    }

    private long heard(long replica, int secondsAgo) {
        db.execute("UPDATE replica SET seen_at = now() - interval '%d s' WHERE id = %d".formatted(secondsAgo, replica));
        return replica;
    }

    private void claim(long action, long replica, int secondsAgo) {
        db.claim(action, replica);
        db.execute("UPDATE action SET dispatched_at = now() - interval '%d s' WHERE id = %d"
                .formatted(secondsAgo, action));
    }

    private void child(long pool, String run, String name) {
        long action = db.queue(pool, name);
        db.execute(
                "UPDATE action SET run = '%s', name = '%s', parent = 'a0' WHERE id = %d".formatted(run, name, action));
    }

    private void starting(long pool, int ordinal) {
        db.execute("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at)
                VALUES (%d, 'v1', %d, 'STARTING', 1, '', now())""".formatted(pool, ordinal));
    }
}
