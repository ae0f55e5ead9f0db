package dev.hearth.controlplane.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner.Room;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What control planes do with each other's rows. */
class ProvisioningStoreTest {
    private MigratedDatabase database;
    private ProvisioningStore store;
    private long pool;
    private Instant now;

    @BeforeEach
    void start() {
        database = MigratedDatabase.fresh();
        store = new ProvisioningStore(database.sql(), new JsonMapper());
        pool = database.pool();
        now = database.sql()
                .sql("SELECT now()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
        database.controlPlane("alive", 0);
        database.controlPlane("dead", 6);
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void rowsOfTheDeadThatNoHeartbeatJudgesAreFound() {
        long neverStarted = database.replica(pool, 1, "STARTING", "dead");
        long neverNeeded = database.replica(pool, 2, "DRAINING", "gone", "draining_at = now() - interval '1 min'");
        database.replica(pool, 3, "DRAINING", "dead", "draining_at = now() - interval '1 min'", "ready_at = now()");
        database.replica(pool, 4, "READY", "dead", "ready_at = now()");
        database.replica(pool, 5, "STARTING", "dead", "started_at = now()");
        database.replica(pool, 6, "STARTING", "alive");

        Duration bound = Duration.ofSeconds(30);
        assertThat(store.orphans(bound, bound, now)).containsExactlyInAnyOrder(neverStarted, neverNeeded);
    }

    @Test
    void aStartHasTheTimeOfItsEnvironment() {
        long starting = database.replica(pool, 1, "STARTING", "dead", "started_at = now() - interval '5 min'");
        assertThat(store.live("dead"))
                .singleElement()
                .satisfies(live -> assertThat(live.startTimeout()).isNull());
        database.sql().sql("UPDATE pool SET start_timeout_ms = 600000").update();

        Duration bound = Duration.ofSeconds(30);
        assertThat(store.live("dead"))
                .singleElement()
                .satisfies(live -> assertThat(live.startTimeout()).isEqualTo(Duration.ofMinutes(10)));
        assertThat(store.orphans(bound, bound, now)).isEmpty();
        assertThat(store.orphans(bound, bound, now.plusSeconds(301))).containsExactly(starting);
    }

    @Test
    void onlyADrainCountsAsLeavingHoweverLongAReplicaHasRested() {
        long resting = database.replica(
                pool,
                1,
                "READY",
                "alive",
                "ready_at = now()",
                "started_at = now()",
                "last_busy_at = now() - interval '1 h'");
        long drained = database.replica(
                pool,
                2,
                "DRAINING",
                "alive",
                "ready_at = now()",
                "started_at = now()",
                "draining_at = '2026-01-01T11:00:00Z'",
                "last_busy_at = '2026-01-01T12:00:00Z'");

        assertThat(store.live("alive"))
                .extracting(ProvisioningStore.Live::replica, ProvisioningStore.Live::drainingAt)
                .containsExactlyInAnyOrder(tuple(resting, null), tuple(drained, Instant.parse("2026-01-01T12:00:00Z")));
    }

    @Test
    void requestedReplicasGoFirstToWhoHasFewest() {
        database.controlPlane("busy", 0);
        database.replica(pool, 1, "READY", "busy");
        database.replica(pool, 2, "REQUESTED", "nobody", "requested_at = now()");
        database.replica(pool, 3, "REQUESTED", "nobody", "requested_at = now()");

        assertThat(claim("busy", now)).isEmpty();
        assertThat(claim("alive", now)).isPresent();
        assertThat(claim("busy", now)).as("both have one").isPresent();
    }

    @Test
    void whatNobodyTakesGoesToAny() {
        database.controlPlane("busy", 0);
        database.replica(pool, 1, "READY", "busy");
        database.replica(pool, 2, "REQUESTED", "nobody", "requested_at = now()");

        assertThat(claim("busy", now.plusSeconds(3))).isPresent();
    }

    @Test
    void theDeadAreNotWaitedFor() {
        database.replica(pool, 1, "READY", "alive");
        database.replica(pool, 2, "REQUESTED", "nobody", "requested_at = now()");

        assertThat(claim("alive", now)).isPresent();
    }

    @Test
    void aServerOnWhichEnoughAreStartingTakesTheNextWhenOneIsUp() {
        long starting = database.replica(pool, 1, "STARTING", "alive", "started_at = now()");
        database.replica(pool, 2, "STARTING", "alive", "started_at = now()");
        database.replica(pool, 3, "STARTING", "dead", "started_at = now()");
        database.replica(pool, 4, "REQUESTED", "nobody", "requested_at = now()");

        assertThat(claim("alive", now.plusSeconds(3))).isEmpty();
        database.sql()
                .sql("UPDATE replica SET phase = 'READY' WHERE id = ?")
                .param(starting)
                .update();
        assertThat(claim("alive", now.plusSeconds(3))).isPresent();
    }

    @Test
    void whatNeedsAnImageThatIsBeingMadeHereStaysForOthers() {
        database.replica(pool, 1, "REQUESTED", "nobody", "requested_at = now()");
        JoinToken token = new JoinToken("token", "hash");

        assertThat(store.claim("alive", new Room(2, Set.of("process:python/a", "process:java")), token, now))
                .isEmpty();
        assertThat(store.claim("alive", new Room(2, Set.of("process:python/a")), token, now))
                .isPresent();
    }

    @Test
    void theTimeToComeUpCountsFromTheProcess() {
        long replica = database.replica(pool, 1, "STARTING", "alive", "started_at = now() - interval '5 min'");

        store.placed(replica, new Placement("process", "here", 7), now);

        assertThat(store.live("alive"))
                .singleElement()
                .satisfies(live -> assertThat(live.startedAt()).isEqualTo(now));
    }

    private Optional<ProvisioningStore.Wanted> claim(String owner, Instant at) {
        return store.claim(owner, new Room(2, Set.of()), new JoinToken("token", "hash"), at);
    }
}
