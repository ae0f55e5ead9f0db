package dev.hearth.worker;

import com.google.protobuf.ByteString;
import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.Welcome;
import dev.hearth.wire.WorkerFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The other end of the worker protocol, over a real socket. Remembers frames and sends what it is told to. */
final class FakeControlPlane implements AutoCloseable {
    private final BlockingQueue<WorkerFrame> frames = new LinkedBlockingQueue<>();
    private final Server server;
    private volatile StreamObserver<ControlFrame> replica;

    FakeControlPlane() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .maxInboundMessageSize(64 << 20)
                .addService(new WorkerGatewayGrpc.WorkerGatewayImplBase() {
                    @Override
                    public StreamObserver<WorkerFrame> connect(StreamObserver<ControlFrame> responses) {
                        replica = responses;
                        return new StreamObserver<>() {
                            @Override
                            public void onNext(WorkerFrame frame) {
                                frames.add(frame);
                            }

                            @Override
                            public void onError(Throwable fault) {}

                            @Override
                            public void onCompleted() {
                                responses.onCompleted();
                            }
                        };
                    }
                })
                .build()
                .start();
    }

    String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    void send(ControlFrame.Builder frame) {
        replica.onNext(frame.build());
    }

    void welcome(AttemptRef... unknown) {
        Welcome.Builder welcome = Welcome.newBuilder().setHeartbeatMillis(50);
        for (AttemptRef each : unknown) {
            welcome.addUnknown(each);
        }
        send(ControlFrame.newBuilder().setWelcome(welcome));
    }

    void assign(AttemptRef attempt, String task, String input) {
        assign(attempt, "env", task, input);
    }

    void assign(AttemptRef attempt, String environment, String task, String input) {
        send(ControlFrame.newBuilder()
                .addAssignments(Assignment.newBuilder()
                        .setAttempt(attempt)
                        .setRun("run")
                        .setName("a" + attempt.getAction())
                        .setEnvironment(environment)
                        .setTask(task)
                        .setNumber(1)
                        .setInput(ByteString.copyFromUtf8(input))));
    }

    /** As when the control plane is killed: the stream just ends. */
    void breakStream() {
        replica.onError(Status.UNAVAILABLE.asRuntimeException());
    }

    void refuse(Status status) {
        replica.onError(status.asRuntimeException());
    }

    /** The next frame that holds what is looked for; frames before it are passed over. */
    WorkerFrame await(Predicate<WorkerFrame> what) throws InterruptedException {
        while (true) {
            WorkerFrame frame = frames.poll(30, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("no such frame within 30 s");
            }
            if (what.test(frame)) {
                return frame;
            }
        }
    }

    static AttemptRef attempt(long action) {
        return AttemptRef.newBuilder()
                .setAction(action)
                .setToken(1_000 + action)
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
