package dev.hearth.controlplane.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.replica.ReplicaStore.Silent;
import dev.hearth.model.ReplicaPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SilentReplicasTest {

    @Test
    void theirRowsTellWhetherTheyLeftOrWereLost() {
        try (MigratedDatabase database = MigratedDatabase.fresh()) {
            ReplicaStore store = new ReplicaStore(database.sql());
            long pool = database.pool();
            long left = database.replica(pool, 1, "DRAINING", "dead", "seen_at = now() - interval '16 s'");
            long lost = database.replica(pool, 2, "DRAINING", "dead", "seen_at = now() - interval '16 s'");
            database.replica(pool, 3, "READY", "dead", "seen_at = now() - interval '14 s'");
            long action = database.insert("""
                    INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at, available_at,
                                        input_type, replica_id, token, dispatched_at)
                    VALUES ('r', 'a0', 'env', 1, 'noop', %d, 'RUNNING', now(), now(), 'application/json', %d, 7,
                            '2026-01-01T12:00:00Z')""".formatted(pool, lost));

            assertThat(store.silent(Duration.ofSeconds(15)))
                    .containsExactlyInAnyOrder(
                            new Silent(left, ReplicaPhase.DRAINING, false),
                            new Silent(lost, ReplicaPhase.DRAINING, true));
            assertThat(store.runningSince(Instant.parse("2026-01-01T12:00:01Z"), List.of(left, lost)))
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.key().action()).isEqualTo(action));
            assertThat(store.runningSince(Instant.parse("2026-01-01T12:00:00Z"), List.of(left, lost)))
                    .isEmpty();
        }
    }
}
