package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.AttemptEnd;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.journal.Retry;
import dev.hearth.controlplane.journal.Retry.Suspicion;
import dev.hearth.controlplane.logs.LogSettings;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.controlplane.storage.StorageException;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.ReplicaPhase;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.Hello;
import dev.hearth.wire.Waited;
import dev.hearth.wire.Welcome;
import io.grpc.Status;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Takes a replica in: checks who it is, compares what it says that it runs with what the rows say, and opens its slots. A
 * replica that comes back after a broken stream or a restart of the control plane goes on with what it has.
 */
@Component
final class Greeting {
    private static final Logger log = LoggerFactory.getLogger(Greeting.class);

    private final ReplicaStore store;
    private final Sessions sessions;
    private final Dispatcher dispatcher;
    private final Journal journal;
    private final LogSettings logs;
    private final Signals signals;
    private final Clock clock;

    Greeting(
            ReplicaStore store,
            Sessions sessions,
            Dispatcher dispatcher,
            Journal journal,
            LogSettings logs,
            Signals signals,
            Clock clock) {
        this.store = store;
        this.sessions = sessions;
        this.dispatcher = dispatcher;
        this.journal = journal;
        this.logs = logs;
        this.signals = signals;
        this.clock = clock;
    }

    /** Throws a {@link io.grpc.StatusRuntimeException} that says why, if the replica is not welcome. */
    ReplicaSession receive(Hello hello, Outbox outbox, Payloads payloads) {
        ReplicaFacts facts = store.find(hello.getReplica())
                .orElseThrow(() -> Status.NOT_FOUND
                        .withDescription("there is no replica " + hello.getReplica())
                        .asRuntimeException());
        if (!MessageDigest.isEqual(bytes(facts.joinTokenHash()), bytes(sha256(hello.getJoinToken())))) {
            throw Status.UNAUTHENTICATED
                    .withDescription("the join token is not that of replica " + facts.id())
                    .asRuntimeException();
        }
        if (facts.phase().isTerminal() || facts.phase() == ReplicaPhase.REQUESTED) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("replica " + facts.id() + " is " + facts.phase())
                    .asRuntimeException();
        }
        Instant now = clock.instant();
        store.ready(facts.id(), now);
        ReplicaSession session = new ReplicaSession(facts, outbox, payloads, clock, this::unsendable);
        outbox.welcome(reconcile(session, hello, now));
        if (facts.phase() == ReplicaPhase.DRAINING) {
            sessions.drain(session);
        }
        enter(session);
        journal.look();
        // Another may be waiting until this one is up.
        signals.provisioning().ring();
        log.info(
                "replica {} connected, running {}",
                facts.id(),
                session.running().size());
        return session;
    }

    /** Both at once, so that of two streams of one replica the same one is kept in both places. */
    private synchronized void enter(ReplicaSession session) {
        sessions.add(session);
        dispatcher.connect(session);
    }

    private Welcome reconcile(ReplicaSession session, Hello hello, Instant now) {
        Set<AttemptKey> claimed =
                hello.getRunningList().stream().map(ReplicaSession::key).collect(Collectors.toSet());
        Map<AttemptKey, Long> waited = hello.getWaitedList().stream()
                .collect(Collectors.toMap(
                        each -> ReplicaSession.key(each.getAttempt()), Waited::getMillis, (one, again) -> again));
        List<ClaimedAction> rows = store.runningOn(session.id());
        for (ClaimedAction row : rows) {
            if (claimed.contains(row.attempt())) {
                session.adopt(row, waited(row, waited.getOrDefault(row.attempt(), 0L), now));
            } else {
                journal.end(Retry.lost(
                        row.attempt(),
                        new Failed(ErrorCode.REPLICA_LOST, "replica " + session.id() + " no longer has it", null),
                        row.systemFailures(),
                        Suspicion.NONE,
                        now,
                        ThreadLocalRandom.current().nextDouble()));
            }
        }
        Set<AttemptKey> current = rows.stream().map(ClaimedAction::attempt).collect(Collectors.toSet());
        List<AttemptRef> unknown = hello.getRunningList().stream()
                .filter(ref -> !current.contains(ReplicaSession.key(ref)))
                .toList();
        // It will be told to stop, and holds a slot until it has.
        Set<AttemptKey> ended =
                hello.getEndedList().stream().map(ReplicaSession::key).collect(Collectors.toSet());
        unknown.stream()
                .map(ReplicaSession::key)
                .filter(attempt -> !ended.contains(attempt))
                .forEach(attempt -> {
                    session.adopt(ClaimedAction.stray(attempt, session.id(), now), Duration.ZERO);
                    session.cancel(attempt, now);
                });
        return session.welcome(ReplicaKeeper.HEARTBEAT, unknown, sessions.endpoints(), logs.mostPerAttempt());
    }

    /** How long it has waited for children, as its replica says: not longer than it runs. */
    private static Duration waited(ClaimedAction action, long toldMillis, Instant now) {
        long runs = Duration.between(action.dispatchedAt(), now).toMillis();
        return Duration.ofMillis(Math.max(0, Math.min(toldMillis, runs)));
    }

    /** A store that is away costs a loss, one that has lost the input ends the action. */
    private void unsendable(ReplicaSession session, Execution execution, UncheckedIOException why) {
        ClaimedAction action = execution.action();
        Failed failed = new Failed(ErrorCode.STORAGE, "its input could not be read: " + why.getMessage(), null);
        AttemptEnd end = why instanceof StorageException
                ? Retry.lost(
                        action.attempt(),
                        failed,
                        action.systemFailures(),
                        Suspicion.NONE,
                        clock.instant(),
                        ThreadLocalRandom.current().nextDouble())
                : new AttemptEnd(action.attempt(), failed, null, true, null, null);
        execution.end();
        journal.end(end, false, () -> session.yieldSlot(execution))
                .whenComplete((accepted, fault) -> session.forget(action.attempt()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(token)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
