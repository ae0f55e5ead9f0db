package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.Beat;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.replica.ReplicaStore.Silent;
import dev.hearth.controlplane.replica.ReplicaStore.Standing;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.ReplicaPhase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Looks after the connected replicas each second: renews leases, tells those that drain, breaks streams that have fallen
 * silent, stops executions that are no longer wanted, and gives back those that went astray. A few statements in all.
 */
@Component
final class ReplicaKeeper implements SmartLifecycle {
    static final Duration HEARTBEAT = Duration.ofSeconds(1);

    /** Without a frame for so long, a stream is taken for dead: several heartbeats. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** Without a renewal for so long, a replica is LOST: time enough for a control plane to restart. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final Duration TICK = Duration.ofSeconds(1);

    private static final String LOOP = "Looking after replicas";

    private final ReplicaStore store;
    private final Memory memory;
    private final Replicas replicas;
    private final Signals signals;
    private final Outages outages;
    private final Clock clock;
    private volatile boolean running;
    private @Nullable Thread thread;
    private Instant startedAt = Instant.EPOCH;

    ReplicaKeeper(ReplicaStore store, Memory memory, Replicas replicas, Signals signals, Outages outages) {
        this.store = store;
        this.memory = memory;
        this.replicas = replicas;
        this.signals = signals;
        this.outages = outages;
        this.clock = outages.clock();
    }

    /** What this control plane holds of its replicas, and the way to write and to read what it does not hear. */
    @Component
    record Memory(Sessions sessions, Strays strays, Journal journal) {}

    private void tick() {
        Instant now = clock.instant();
        Collection<ReplicaSession> sessions = memory.sessions().all();
        if (!sessions.isEmpty()) {
            List<Beat> alive = sessions.stream()
                    .filter(session -> session.isAlive(now.minus(SILENCE)))
                    .map(ReplicaSession::beat)
                    .toList();
            if (!alive.isEmpty()) {
                memory.journal().beat(alive);
            }
            breakSilent(sessions, now);
            followRows(sessions);
            stopUnwanted(sessions, now);
            memory.sessions().tellEndpoints();
            memory.strays().giveBack(sessions, now);
        }
        // After a restart, and after an outage of the database, the leases are old: nobody could renew them.
        if (now.isAfter(startedAt.plus(LEASE)) && outages.isSettled(LEASE)) {
            store.silent(LEASE).forEach(this::gone);
        }
    }

    private static void breakSilent(Collection<ReplicaSession> sessions, Instant now) {
        for (ReplicaSession session : sessions) {
            if (!session.isAlive(now.minus(SILENCE))) {
                session.close("no sign of life for " + SILENCE);
            } else if (session.hasUnacknowledged(now.minus(SILENCE))) {
                session.close("an assignment was not acknowledged for " + SILENCE);
            }
        }
    }

    private void followRows(Collection<ReplicaSession> sessions) {
        for (Standing standing :
                store.standing(sessions.stream().map(ReplicaSession::id).toList())) {
            memory.sessions().find(standing.id()).ifPresent(session -> {
                session.elastic(standing.elastic());
                if (standing.phase() == ReplicaPhase.DRAINING) {
                    memory.sessions().drain(session);
                } else if (standing.phase().isTerminal()) {
                    session.close("the replica is " + standing.phase());
                }
            });
        }
    }

    private void stopUnwanted(Collection<ReplicaSession> sessions, Instant now) {
        List<AttemptKey> thought = sessions.stream()
                .flatMap(session -> session.running().stream())
                .map(Execution::attempt)
                .toList();
        if (thought.isEmpty()) {
            return;
        }
        Set<AttemptKey> unwanted = Set.copyOf(store.noLongerRunning(thought));
        for (ReplicaSession session : sessions) {
            session.running().stream()
                    .map(Execution::attempt)
                    .filter(unwanted::contains)
                    .forEach(attempt -> session.cancel(attempt, now));
        }
    }

    /** One that was to leave and had nothing to do has left, although nobody saw its process end. */
    private void gone(Silent silent) {
        ReplicaPhase phase =
                silent.phase() == ReplicaPhase.DRAINING && !silent.busy() ? ReplicaPhase.STOPPED : ReplicaPhase.LOST;
        replicas.ended(
                silent.id(), new ReplicaExit(phase, ErrorCode.REPLICA_LOST, "no sign of life for " + LEASE, false));
    }

    private void loop() {
        while (running) {
            try {
                tick();
                outages.went(LOOP);
            } catch (RuntimeException e) {
                outages.failed(LOOP, e);
            }
            try {
                signals.draining().await(TICK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        running = true;
        startedAt = clock.instant();
        thread = Thread.ofVirtual().name("replica-keeper").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return GatewayServer.LIFECYCLE_PHASE;
    }
}
