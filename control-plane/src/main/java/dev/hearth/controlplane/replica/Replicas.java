package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.ReplicaEnd;
import dev.hearth.controlplane.signals.Signals;
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

    Replicas(Journal journal, Sessions sessions, Signals signals) {
        this.journal = journal;
        this.sessions = sessions;
        this.signals = signals;
    }

    /** The replica has gone: its row gets the terminal phase, its attempts go back to the queue. Repeating it changes nothing. */
    public void ended(long replicaId, ReplicaExit exit) {
        journal.end(new ReplicaEnd(replicaId, exit.phase(), exit.code(), exit.reason()))
                .whenComplete((done, fault) -> {
                    log.info("replica {} {}: {}", replicaId, exit.phase(), exit.reason());
                    sessions.close(replicaId);
                    signals.scaling().all();
                });
    }
}
