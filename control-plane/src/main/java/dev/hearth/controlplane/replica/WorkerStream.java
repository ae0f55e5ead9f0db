package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.WorkerFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The server side of the worker protocol. The network's threads only put frames into an inbox; one virtual thread a stream
 * works them off in order and then asks the network for more, so that a fast replica cannot fill the memory.
 */
@Component
final class WorkerStream extends WorkerGatewayGrpc.WorkerGatewayImplBase {
    /** Frames that may wait in one inbox. */
    private static final int FRAMES_AHEAD = 16;

    private static final Logger log = LoggerFactory.getLogger(WorkerStream.class);

    private final Greeting greeting;
    private final Inbox inbox;
    private final Leaving leaving;
    private final Payloads payloads;
    private final Clock clock;

    WorkerStream(Greeting greeting, Inbox inbox, Leaving leaving, Payloads payloads, Clock clock) {
        this.greeting = greeting;
        this.inbox = inbox;
        this.leaving = leaving;
        this.payloads = payloads;
        this.clock = clock;
    }

    /** Forgets a session whose stream has ended. Its rows stay: the replica may come back within its lease. */
    @Component
    record Leaving(Sessions sessions, Dispatcher dispatcher, ChildWaits waits) {
        void left(ReplicaSession session) {
            dispatcher.disconnect(session);
            sessions.remove(session);
            waits.remove(session);
            log.info("replica {} disconnected", session.id());
        }
    }

    @Override
    public StreamObserver<WorkerFrame> connect(StreamObserver<ControlFrame> responses) {
        ServerCallStreamObserver<ControlFrame> call = (ServerCallStreamObserver<ControlFrame>) responses;
        call.disableAutoRequest();
        BlockingQueue<Optional<WorkerFrame>> frames = new LinkedBlockingQueue<>();
        call.setOnCancelHandler(() -> frames.add(Optional.empty()));
        Thread.ofVirtual().name("replica-inbox").start(() -> work(call, frames));
        call.request(FRAMES_AHEAD);
        return new StreamObserver<>() {
            @Override
            public void onNext(WorkerFrame frame) {
                frames.add(Optional.of(frame));
            }

            @Override
            public void onError(Throwable fault) {
                frames.add(Optional.empty());
            }

            @Override
            public void onCompleted() {
                frames.add(Optional.empty());
            }
        };
    }

    private void work(ServerCallStreamObserver<ControlFrame> call, BlockingQueue<Optional<WorkerFrame>> frames) {
        Outbox outbox = new Outbox(call);
        ReplicaSession session = null;
        try {
            for (Optional<WorkerFrame> frame = frames.take(); frame.isPresent(); frame = frames.take()) {
                if (session == null) {
                    session = greet(frame.get(), outbox);
                }
                session.handling(true);
                inbox.handle(session, frame.get(), clock.instant());
                session.seen(clock.instant());
                session.handling(false);
                call.request(1);
            }
            outbox.complete();
        } catch (StatusRuntimeException refusal) {
            log.warn("replica refused: {}", refusal.getStatus().getDescription());
            outbox.fail(refusal);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.error("replica stream broke", e);
            outbox.fail(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
        } finally {
            left(session);
        }
    }

    private ReplicaSession greet(WorkerFrame first, Outbox outbox) {
        if (!first.hasHello()) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("the first frame of a stream must say hello")
                    .asRuntimeException();
        }
        return greeting.receive(first.getHello(), outbox, payloads);
    }

    private void left(@Nullable ReplicaSession session) {
        if (session != null) {
            leaving.left(session);
        }
    }
}
