package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.outage.BadSession;
import dev.hearth.controlplane.outage.Trouble;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.controlplane.security.Allowance;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.WorkerFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The server side of the worker protocol. The network's threads only put frames into an inbox; one virtual thread a stream
 * works them off in order and then asks the network for more, so that a fast replica cannot fill the memory.
 */
@Component
final class WorkerStream implements BindableService {
    /** Frames that may wait in one inbox. */
    private static final int FRAMES_AHEAD = 16;

    /** By then a replica has said hello, or it is none. */
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(WorkerStream.class);

    private static final Trouble unreadable = new Trouble(log, "A replica could not be heard, the database is away");

    private final Greeting greeting;
    private final Inbox inbox;
    private final Leaving leaving;
    private final Payloads payloads;
    private final Clock clock;

    /** More refusals of any kind than these a minute are counted instead. */
    private final Allowance refusals;

    private final AtomicInteger open = new AtomicInteger();

    WorkerStream(Greeting greeting, Inbox inbox, Leaving leaving, Payloads payloads, Clock clock) {
        this.greeting = greeting;
        this.inbox = inbox;
        this.leaving = leaving;
        this.payloads = payloads;
        this.clock = clock;
        this.refusals = new Allowance(60, clock);
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

    /** Streams that have not ended, whether they have said hello or not. */
    int open() {
        return open.get();
    }

    @Override
    public ServerServiceDefinition bindService() {
        MethodDescriptor<WorkerFrame, ControlFrame> connect = WorkerGatewayGrpc.getConnectMethod().toBuilder()
                .setRequestMarshaller(new FrameReader())
                .build();
        return ServerServiceDefinition.builder(WorkerGatewayGrpc.SERVICE_NAME)
                .addMethod(
                        connect,
                        (call, headers) -> ServerCalls.<WorkerFrame, ControlFrame>asyncBidiStreamingCall(
                                        responses -> connect(peer(call), responses))
                                .startCall(call, headers))
                .build();
    }

    private static String peer(ServerCall<?, ?> call) {
        SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return address instanceof InetSocketAddress internet && !internet.isUnresolved()
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }

    private StreamObserver<WorkerFrame> connect(String peer, StreamObserver<ControlFrame> responses) {
        ServerCallStreamObserver<ControlFrame> call = (ServerCallStreamObserver<ControlFrame>) responses;
        call.disableAutoRequest();
        BlockingQueue<Optional<WorkerFrame>> frames = new LinkedBlockingQueue<>();
        call.setOnCancelHandler(() -> frames.add(Optional.empty()));
        // The end that this side has put to the call: nothing else tells of it.
        call.setOnCloseHandler(() -> frames.add(Optional.empty()));
        Thread.ofVirtual().name("replica-inbox").start(() -> work(peer, call, frames));
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

    private void work(
            String peer, ServerCallStreamObserver<ControlFrame> call, BlockingQueue<Optional<WorkerFrame>> frames) {
        Outbox outbox = new Outbox(call);
        ReplicaSession session = null;
        open.incrementAndGet();
        try {
            Optional<WorkerFrame> frame = wellFormed(first(frames));
            if (frame.isPresent()) {
                session = greet(frame.get(), outbox);
            }
            while (session != null && frame.isPresent()) {
                session.handling(true);
                inbox.handle(session, frame.get(), clock.instant());
                session.seen(clock.instant());
                session.handling(false);
                call.request(1);
                frame = withoutHello(wellFormed(frames.take()));
            }
            outbox.complete();
        } catch (StatusRuntimeException refusal) {
            refused(peer, refusal);
            outbox.fail(refusal);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (BadSession.isBehind(e)) {
                unreadable.failed(e.toString());
            } else {
                log.error("replica stream broke", e);
            }
            outbox.fail(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
        } finally {
            left(session);
            open.decrementAndGet();
        }
    }

    /** Whoever reaches the port can cause these, so they are bounded for the whole server; of what was sent they hold numbers alone. */
    private void refused(String peer, StatusRuntimeException refusal) {
        refusals.take()
                .ifPresent(more -> log.warn(
                        "replica refused from {}: {}{}",
                        peer,
                        refusal.getStatus().getDescription(),
                        more == 0 ? "" : " (and " + more + " more before this, not listed)"));
    }

    private static Optional<WorkerFrame> first(BlockingQueue<Optional<WorkerFrame>> frames)
            throws InterruptedException {
        Optional<WorkerFrame> first = frames.poll(HELLO_WITHIN.toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            throw Status.DEADLINE_EXCEEDED
                    .withDescription("a stream must say hello within " + HELLO_WITHIN)
                    .asRuntimeException();
        }
        return first;
    }

    @SuppressWarnings("ReferenceEquality")
    private static Optional<WorkerFrame> wellFormed(Optional<WorkerFrame> frame) {
        if (frame.isPresent() && frame.get() == FrameReader.MALFORMED) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("a frame is no WorkerFrame of worker.proto")
                    .asRuntimeException();
        }
        return frame;
    }

    private static Optional<WorkerFrame> withoutHello(Optional<WorkerFrame> later) {
        if (later.isPresent() && later.get().hasHello()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("only the first frame of a stream may say hello")
                    .asRuntimeException();
        }
        return later;
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
