package dev.hearth.controlplane.replica;

import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.Cancel;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.Drain;
import dev.hearth.wire.Welcome;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Gathers what goes to one replica and sends it in frames: what comes while a frame is being sent goes in the next one.
 * Thread-safe; adding never blocks.
 */
final class Outbox {
    /** A frame that has grown beyond this is sent by itself: far below what either side accepts (64 MiB). */
    private static final long LARGE_FRAME_BYTES = 1 << 20;

    private final ReentrantLock gathering = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private final StreamObserver<ControlFrame> stream;
    private ControlFrame.Builder frame = ControlFrame.newBuilder();
    private long bytes;
    private boolean scheduled;
    private boolean closed;

    Outbox(StreamObserver<ControlFrame> stream) {
        this.stream = stream;
    }

    void welcome(Welcome welcome) {
        add(next -> next.setWelcome(welcome), 0);
    }

    void endpoints(List<String> endpoints) {
        add(next -> next.clearEndpoints().addAllEndpoints(endpoints), 0);
    }

    void assign(Assignment assignment) {
        add(next -> next.addAssignments(assignment), assignment.getInput().size());
    }

    void childResult(ChildResult result) {
        add(next -> next.addChildResults(result), result.getOutput().getValue().size());
    }

    void cancel(AttemptRef attempt) {
        add(next -> next.addCancels(Cancel.newBuilder().setAttempt(attempt)), 0);
    }

    void committed(AttemptRef attempt) {
        add(next -> next.addCommittedReports(attempt), 0);
    }

    void drain(Drain drain) {
        add(next -> next.setDrain(drain), 0);
    }

    private void add(Consumer<ControlFrame.Builder> addition, long size) {
        boolean large;
        gathering.lock();
        try {
            if (closed) {
                return;
            }
            addition.accept(frame);
            bytes += size;
            large = bytes > LARGE_FRAME_BYTES;
            if (scheduled && !large) {
                return;
            }
            scheduled = true;
        } finally {
            gathering.unlock();
        }
        if (large) {
            send();
        } else {
            Thread.startVirtualThread(this::send);
        }
    }

    private void send() {
        sending.lock();
        try {
            ControlFrame next;
            gathering.lock();
            try {
                scheduled = false;
                next = frame.build();
                frame = ControlFrame.newBuilder();
                bytes = 0;
                if (closed) {
                    return;
                }
            } finally {
                gathering.unlock();
            }
            if (next.getSerializedSize() > 0) {
                stream.onNext(next);
            }
        } catch (RuntimeException e) {
            // The stream has ended under the send; its own end handler takes over.
            close();
        } finally {
            sending.unlock();
        }
    }

    /** Sends nothing from now on. */
    void close() {
        gathering.lock();
        try {
            closed = true;
        } finally {
            gathering.unlock();
        }
    }

    /** Ends the stream in peace: the replica has closed its side. */
    void complete() {
        close();
        sending.lock();
        try {
            stream.onCompleted();
        } catch (IllegalStateException e) {
            // It has ended already.
        } finally {
            sending.unlock();
        }
    }

    /** Ends the stream, with an error for the replica to see. */
    void fail(Throwable reason) {
        close();
        sending.lock();
        try {
            stream.onError(reason);
        } catch (IllegalStateException e) {
            // It has ended already.
        } finally {
            sending.unlock();
        }
    }
}
