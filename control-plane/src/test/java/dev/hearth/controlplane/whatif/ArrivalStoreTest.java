package dev.hearth.controlplane.whatif;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.scaling.ScalingDatabase;
import dev.hearth.controlplane.whatif.ArrivalStore.Recorded;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArrivalStoreTest {
    private static final Instant NOON = ScalingDatabase.NOON;

    private final ScalingDatabase database = new ScalingDatabase();
    private final ArrivalStore store = new ArrivalStore(database.jdbc);
    private long environment;
    private long pool;
    private long replica;

    @BeforeEach
    void anEnvironment() {
        environment = database.environment("orders");
        pool = database.pool(environment, 1, 1);
        replica = database.ready(pool, 1);
    }

    @Test
    void whateverHeldASlotCountsHoweverItEnded() {
        attempt(action("ok", "SUCCEEDED", 0), 1, "SUCCEEDED", 0, 1, 3);
        attempt(action("late", "TIMED_OUT", 1), 1, "TIMED_OUT", 1, 3, 33);
        cancelled(action("cancelled", "ABORTED", 2), 2, 33, 93);
        assertThat(store.arrivals(environment, NOON))
                .containsExactly(
                        new Recorded(NOON, ofSeconds(2), ofSeconds(1)),
                        new Recorded(NOON.plusSeconds(1), ofSeconds(30), ofSeconds(2)),
                        new Recorded(NOON.plusSeconds(2), ofSeconds(60), ofSeconds(31)));
    }

    @Test
    void eachAttemptIsAnArrivalOfItsOwnAlsoOfWhatIsNotOver() {
        long action = action("flaky", "QUEUED", 0);
        attempt(action, 1, "FAILED", 0, 1, 5);
        attempt(action, 2, "FAILED", 8, 8, 10);
        assertThat(store.arrivals(environment, NOON))
                .containsExactly(
                        new Recorded(NOON, ofSeconds(4), ofSeconds(1)),
                        new Recorded(NOON.plusSeconds(8), ofSeconds(2), ofSeconds(0)));
    }

    @Test
    void whatNeverHadASlotOrRanInAnotherPoolHasNoPart() {
        action("queue-timed-out", "TIMED_OUT", 0);
        long fresh = database.poolRow(environment, 0, 1, null);
        database.execute("UPDATE pool SET version_id = 1 WHERE id = " + fresh);
        long alone = action("alone", "FAILED", 1);
        attempt(alone, 1, "FAILED", 1, 1, 2);
        replica = database.ready(fresh, 1);
        attempt(alone, 2, "FAILED", 2, 2, 9);
        assertThat(store.arrivals(environment, NOON))
                .containsExactly(new Recorded(NOON.plusSeconds(1), ofSeconds(1), ofSeconds(0)));
    }

    @Test
    void theTimeWithChildrenIsTakenFromTheAttemptThatHadThem() {
        long parent = action("family", "SUCCEEDED", 0);
        attempt(parent, 1, "FAILED", 0, 0, 10);
        attempt(parent, 2, "SUCCEEDED", 11, 11, 12);
        database.execute("""
                INSERT INTO action (run, name, parent, environment, version_id, task, pool_id, phase, created_at, available_at,
                    ended_at, input_type)
                VALUES ('family', 'a1', 'a0', 'orders', 1, 'noop', %d, 'SUCCEEDED', '%s', '%s', '%s', 'application/json')""".formatted(pool, NOON.plusSeconds(1), NOON.plusSeconds(1), NOON.plusSeconds(10)));
        assertThat(store.arrivals(environment, NOON))
                .containsExactly(
                        new Recorded(NOON, ofSeconds(1), ofMillis(0)),
                        new Recorded(NOON.plusSeconds(11), ofSeconds(1), ofMillis(0)));
    }

    private long action(String run, String phase, int created) {
        long action = database.queue(pool, run);
        database.execute("UPDATE action SET phase = '%s', attempt = 1, created_at = '%s' WHERE id = %d"
                .formatted(phase, NOON.plusSeconds(created), action));
        return action;
    }

    private void attempt(long action, int number, String phase, int queued, int started, int ended) {
        database.execute("""
                INSERT INTO attempt (action_id, number, phase, replica_id, queued_at, dispatched_at, started_at, ended_at,
                    committed_at)
                VALUES (%d, %d, '%s', %d, '%s', '%s', '%s', '%s', '%s')""".formatted(
                        action,
                        number,
                        phase,
                        replica,
                        NOON.plusSeconds(queued),
                        NOON.plusSeconds(started),
                        NOON.plusSeconds(started),
                        NOON.plusSeconds(ended),
                        NOON.plusSeconds(ended)));
    }

    /** Its replica was told to stop, and no report is waited for. */
    private void cancelled(long action, int queued, int dispatched, int ended) {
        attempt(action, 1, "ABORTED", queued, dispatched, ended);
        database.execute("UPDATE attempt SET started_at = NULL WHERE action_id = " + action);
    }
}
