package dev.hearth.worker;

import dev.hearth.wire.Acknowledgement;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildSubmit;
import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.Hello;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Report;
import dev.hearth.wire.WorkerFrame;
import io.grpc.stub.ClientCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what goes to the control plane and sends it in frames: what comes while a frame is being sent goes in the next
 * one. While there is no stream, log lines are kept and everything else is dropped, because a new stream begins by saying it
 * all again. Thread-safe; nothing but log lines ever waits for the network.
 */
final class Outbox {
    /** A stream that takes nothing for so long holds up nobody: lines are then kept while there is room, and counted after. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(1);

    /** Lines wait so long for others: a frame for each would cost more than what it carries. Anything else takes them along. */
    private static final Duration LOGS_GATHER = Duration.ofMillis(10);

    private final ReentrantLock gathering = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private final PendingFrames pending = new PendingFrames();

    // A thread of the system: tasks that never yield may hold every processor that virtual threads run on.
    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("outbox").daemon().factory());

    private final Condition room = gathering.newCondition();
    private volatile long mostLogBytes;
    private boolean scheduled;
    private boolean logsScheduled;
    private boolean welcome;
    private boolean stuck;
    private @Nullable ClientCallStreamObserver<WorkerFrame> stream;

    /** Says hello on a new stream; nothing else is sent before {@link #welcomed}. */
    void open(ClientCallStreamObserver<WorkerFrame> opened, Hello hello) {
        gathering.lock();
        try {
            stream = opened;
            welcome = false;
        } finally {
            gathering.unlock();
        }
        sending.lock();
        try {
            opened.onNext(WorkerFrame.newBuilder().setHello(hello).build());
        } finally {
            sending.unlock();
        }
    }

    /** The control plane has taken the replica in, and says how long a log may get: from now on all is sent. */
    void welcomed(long mostBytesOfALog) {
        mostLogBytes = mostBytesOfALog;
        gathering.lock();
        try {
            welcome = true;
        } finally {
            gathering.unlock();
        }
        schedule();
    }

    /** The stream has ended. */
    void closed(ClientCallStreamObserver<WorkerFrame> ended) {
        gathering.lock();
        try {
            if (stream == ended) {
                stream = null;
                welcome = false;
                pending.keepOnlyLogs();
                room.signalAll();
            }
        } finally {
            gathering.unlock();
        }
    }

    void acknowledge(AttemptRef attempt) {
        add(next -> next.addAcknowledgements(Acknowledgement.newBuilder().setAttempt(attempt)), 0);
    }

    void submit(ChildSubmit child) {
        add(next -> next.addChildren(child), child.getInput().size());
    }

    void park(AttemptRef attempt, boolean parked) {
        gather(frames -> frames.park(attempt, parked));
    }

    /** On a new stream, for an attempt that was parked before: where it stands now. */
    void repeatParking(AttemptRef attempt, boolean parked) {
        gather(frames -> frames.repeatParking(attempt, parked));
    }

    void report(Report report) {
        add(next -> next.addReports(report), report.getSerializedSize());
    }

    void heartbeat(Heartbeat heartbeat) {
        add(next -> next.setHeartbeat(heartbeat), 0);
    }

    void draining() {
        add(next -> next.setDraining(true), 0);
    }

    /** Bytes of the log of one attempt; 0 = no bound. */
    long mostLogBytes() {
        return mostLogBytes;
    }

    /** May hold up who prints faster than can be sent, but never for longer than {@link #LONGEST_HOLD}. */
    void log(LogLine line) {
        gathering.lock();
        try {
            if (awaitRoom()) {
                pending.log(line);
            } else {
                pending.lose(line);
            }
            if (welcome && !scheduled && !logsScheduled) {
                logsScheduled = true;
                sender.schedule(() -> send(false), LOGS_GATHER.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            gathering.unlock();
        }
    }

    /** Answers false to who is told to stop: it shall not wait. */
    private boolean awaitRoom() {
        long left = LONGEST_HOLD.toNanos();
        while (welcome && !stuck && pending.hasManyLines()) {
            if (left <= 0) {
                stuck = true;
                room.signalAll();
                break;
            }
            try {
                left = room.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private void add(Consumer<WorkerFrame.Builder> addition, long size) {
        gather(frames -> frames.add(addition, size));
    }

    private void gather(Consumer<PendingFrames> change) {
        gathering.lock();
        try {
            if (!welcome) {
                return;
            }
            change.accept(pending);
        } finally {
            gathering.unlock();
        }
        schedule();
    }

    /** Sends soon, on the sender's thread. Also what a stream calls that can take more. */
    void schedule() {
        gathering.lock();
        try {
            if (!welcome || scheduled) {
                return;
            }
            scheduled = true;
        } finally {
            gathering.unlock();
        }
        sender.execute(() -> send(false));
    }

    private void send(boolean evenIfSlow) {
        sending.lock();
        try {
            Outgoing outgoing = next(evenIfSlow);
            while (outgoing != null) {
                outgoing.to().onNext(outgoing.frame());
                outgoing = next(evenIfSlow);
            }
        } catch (RuntimeException e) {
            // The stream broke under the send. Its end is told to the replica, which opens another and says all again.
        } finally {
            sending.unlock();
        }
    }

    private record Outgoing(ClientCallStreamObserver<WorkerFrame> to, WorkerFrame frame) {}

    private @Nullable Outgoing next(boolean evenIfSlow) {
        gathering.lock();
        try {
            scheduled = false;
            logsScheduled = false;
            // A stream that is not ready tells when it is; until then what comes gathers here, where it is bounded.
            if (!welcome || stream == null || !(evenIfSlow || stream.isReady())) {
                return null;
            }
            WorkerFrame frame = pending.next();
            stuck = false;
            room.signalAll();
            return frame == null ? null : new Outgoing(stream, frame);
        } finally {
            gathering.unlock();
        }
    }

    /** Ends the stream in peace. */
    void complete() {
        send(true);
        sending.lock();
        try {
            if (stream != null) {
                stream.onCompleted();
            }
        } catch (IllegalStateException e) {
            // It has ended already.
        } finally {
            sending.unlock();
        }
    }
}
