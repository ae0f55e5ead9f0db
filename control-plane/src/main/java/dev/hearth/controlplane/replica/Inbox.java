package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.AttemptEnd;
import dev.hearth.controlplane.journal.AttemptEnd.Times;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.Outcome;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.journal.Retry;
import dev.hearth.controlplane.journal.Retry.Suspicion;
import dev.hearth.controlplane.logs.LogWriter;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ErrorCode;
import dev.hearth.wire.Failure;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Output;
import dev.hearth.wire.Parking;
import dev.hearth.wire.Report;
import dev.hearth.wire.WorkerFrame;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Does what a replica's frames say. Called by one thread per replica, in the order of the frames; may block. */
@Component
final class Inbox {
    private static final Logger log = LoggerFactory.getLogger(Inbox.class);

    private final Journal journal;
    private final ChildSubmits children;
    private final Payloads payloads;
    private final LogWriter logs;
    private final ReplicaStore store;
    private final Pools pools;
    /** Bounds the memory of outputs that are on their way to the blob store: of all replicas, in KiB. */
    private final Semaphore storing = new Semaphore(64 << 10);

    Inbox(Journal journal, ChildSubmits children, Payloads payloads, LogWriter logs, ReplicaStore store, Pools pools) {
        this.journal = journal;
        this.children = children;
        this.payloads = payloads;
        this.logs = logs;
        this.store = store;
        this.pools = pools;
    }

    void handle(ReplicaSession session, WorkerFrame frame, Instant now) {
        session.seen(now);
        if (frame.hasHeartbeat()) {
            session.measured(frame.getHeartbeat());
        }
        frame.getAcknowledgementsList()
                .forEach(acknowledgement -> session.find(ReplicaSession.key(acknowledgement.getAttempt()))
                        .ifPresent(execution -> execution.acknowledge(now)));
        frame.getLogsList().forEach(line -> log(session, line));
        frame.getChildrenList().forEach(child -> children.submit(session, child));
        frame.getParkingsList().forEach(parking -> park(session, parking, now));
        frame.getReportsList().forEach(report -> end(session, report, now));
        if (frame.getDraining() && session.leave()) {
            store.drain(session.id(), now);
        }
    }

    private void park(ReplicaSession session, Parking parking, Instant now) {
        AttemptKey attempt = ReplicaSession.key(parking.getAttempt());
        session.find(attempt).ifPresent(execution -> {
            if (execution.park(parking.getParked(), now)) {
                if (!parking.getParked()) {
                    session.takeSlot(execution);
                }
                journal.park(attempt, parking.getParked(), () -> session.yieldSlot(execution));
            }
        });
    }

    private void end(ReplicaSession session, Report report, Instant now) {
        Execution execution =
                session.find(ReplicaSession.key(report.getAttempt())).orElse(null);
        if (execution != null && !execution.end()) {
            return;
        }
        int kibibytes = report.getOutput().getValue().size() >> 10;
        if (kibibytes << 10 <= Payloads.INLINE_LIMIT_BYTES) {
            commit(session, report, execution, now);
        } else {
            // The store may be slow or away: what the replica says of other executions goes on meanwhile.
            storing.acquireUninterruptibly(kibibytes);
            Thread.startVirtualThread(() -> {
                try {
                    commit(session, report, execution, now);
                } catch (RuntimeException e) {
                    log.error("replica {}: a report broke", session.id(), e);
                    session.close("a report broke: " + e);
                } finally {
                    storing.release(kibibytes);
                }
            });
        }
    }

    private void commit(ReplicaSession session, Report report, @Nullable Execution execution, Instant now) {
        AttemptKey attempt = ReplicaSession.key(report.getAttempt());
        boolean lastOfItsReplica = session.singleUse() && session.leave();
        AttemptEnd end = attemptEnd(session, report, execution, now);
        boolean hasChildren = execution != null && execution.hasOpenChildren();
        Runnable free = () -> Optional.ofNullable(execution).ifPresent(session::yieldSlot);
        journal.end(end, hasChildren, free).whenComplete((accepted, fault) -> {
            session.forget(attempt);
            if (fault == null) {
                session.committed(attempt);
            }
            if (lastOfItsReplica) {
                session.drain(Duration.ZERO);
            }
        });
        if (lastOfItsReplica) {
            store.drain(session.id(), now);
        }
    }

    private AttemptEnd attemptEnd(ReplicaSession session, Report report, @Nullable Execution execution, Instant now) {
        AttemptKey attempt = ReplicaSession.key(report.getAttempt());
        Outcome outcome = outcome(report);
        Times times = times(report, execution, now);
        if (execution == null || execution.action().isStray() || !(outcome instanceof Failed failed)) {
            return new AttemptEnd(attempt, outcome, null, false, null, times);
        }
        double chance = ThreadLocalRandom.current().nextDouble();
        ClaimedAction action = execution.action();
        // A replica that cannot go on says so itself.
        if (failed.code().equals(ErrorCode.STORAGE) || failed.code().equals(ErrorCode.REPLICA_LOST)) {
            AttemptEnd lost = Retry.lost(attempt, failed, action.systemFailures(), Suspicion.NONE, now, chance);
            return new AttemptEnd(attempt, lost.outcome(), lost.retryAt(), true, null, times);
        }
        boolean hadNeighbours = !session.singleUse() && !session.running().isEmpty();
        if (failed.code().equals(ErrorCode.OUT_OF_MEMORY) && hadNeighbours) {
            // Whose fault it is shows when it runs alone.
            Long alone = pools.poolOfCall(action.versionId(), null);
            AttemptEnd lost = Retry.lost(
                    attempt, failed, action.systemFailures(), new Suspicion(true, false, alone), now, chance);
            return new AttemptEnd(attempt, failed, lost.retryAt(), true, alone, times);
        }
        Instant retryAt =
                Retry.afterFailure(action, failed.code(), report.getFailure().getNonRetryable(), now, chance);
        return new AttemptEnd(attempt, failed, retryAt, false, null, times);
    }

    private Outcome outcome(Report report) {
        if (report.hasOutput()) {
            return stored(report.getOutput());
        }
        Failure failure = report.getFailure();
        return new Failed(
                printable(failure.getCode().isEmpty() ? ErrorCode.USER : failure.getCode()),
                printable(failure.getMessage()),
                failure.getDetails().isEmpty() ? null : printable(failure.getDetails()));
    }

    /** A store that does not come back costs the attempt, not the stream. */
    private Outcome stored(Output output) {
        try {
            return new Succeeded(
                    payloads.ofPatiently(output.getValue().toByteArray(), printable(output.getMediaType())));
        } catch (UncheckedIOException e) {
            return new Failed(ErrorCode.STORAGE, "its output could not be stored: " + e.getMessage(), null);
        }
    }

    /**
     * Durations are the replica's, the moment they are counted from is ours: clocks of machines differ. Nothing of an attempt
     * lies before its dispatch, or after now, whatever the replica says.
     */
    private static Times times(Report report, @Nullable Execution execution, Instant now) {
        Duration waited = Duration.of(Math.max(0, report.getStartedAfterMicros()), ChronoUnit.MICROS);
        Duration ran = Duration.of(Math.max(0, report.getRanMicros()), ChronoUnit.MICROS);
        Instant dispatched = execution == null ? now : execution.action().dispatchedAt();
        Instant acknowledged = execution == null ? null : execution.acknowledgedAt();
        // A short attempt is acknowledged and reported at once: then its acknowledgement says too late when it came.
        Instant latest = now.minus(waited).minus(ran);
        Instant received = later(dispatched, acknowledged == null ? latest : earlier(acknowledged, latest));
        Instant started = earlier(now, received.plus(waited));
        return new Times(
                received,
                started,
                earlier(now, started.plus(ran)),
                Math.max(0, report.getReplicaAgeMillis()),
                Math.max(0, report.getServedBefore()),
                execution == null ? 0 : execution.waitedForChildren(now).toMillis());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private void log(ReplicaSession session, LogLine line) {
        AttemptKey attempt = ReplicaSession.key(line.getAttempt());
        session.current(attempt)
                .ifPresent(execution -> logs.append(
                        attempt.action(),
                        execution.action().number(),
                        line.getEpochMicros(),
                        line.getErrorStream(),
                        line.getOpen(),
                        printable(line.getText())));
    }

    /** PostgreSQL's text holds every character but NUL. */
    private static String printable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }
}
