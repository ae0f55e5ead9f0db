package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.ReplicaEnd;
import dev.hearth.controlplane.journal.Retry;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.signals.Signals;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What other packages may say of a replica. Thread-safe. */
@Component
public class Replicas {
    private static final Logger log = LoggerFactory.getLogger(Replicas.class);

    private final Journal journal;
    private final Sessions sessions;
    private final Signals signals;
    private final Isolation isolation;

    Replicas(Journal journal, Sessions sessions, Signals signals, Isolation isolation) {
        this.journal = journal;
        this.sessions = sessions;
        this.signals = signals;
        this.isolation = isolation;
    }

    /** Where suspects are tried alone: the pool of fresh replicas of their version. */
    @Component
    record Isolation(ReplicaStore store, Pools pools) {
        Map<Long, Long> of(long replica) {
            return store.suspects(replica, Retry.SUSPECT_AFTER - 1).stream()
                    .collect(Collectors.toMap(Function.identity(), version -> pools.poolOfCall(version, null)));
        }
    }

    private Map<Long, Long> alone(long replica) {
        try {
            return isolation.of(replica);
        } catch (RuntimeException e) {
            // The loss must be written, even if only the next one isolates.
            log.warn("replica {}: its suspects stay in their pool: {}", replica, e.toString());
            return Map.of();
        }
    }

    /** The replica has gone: its row gets the terminal phase, its attempts go back to the queue. Repeating it changes nothing. */
    public void ended(long replicaId, ReplicaExit exit) {
        journal.end(new ReplicaEnd(
                        replicaId, exit.phase(), exit.code(), exit.reason(), exit.byItself(), alone(replicaId)))
                .whenComplete((done, fault) -> {
                    log.info("replica {} {}: {}", replicaId, exit.phase(), exit.reason());
                    sessions.close(replicaId);
                    signals.scaling().all();
                });
    }
}
