package dev.hearth.controlplane.live;

import dev.hearth.wire.Assignment;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker's stream on which any bytes can be sent as a frame. */
final class RawStream {
    private static final MethodDescriptor<byte[], ControlFrame> CONNECT =
            WorkerGatewayGrpc.getConnectMethod().toBuilder(
                            new Bytes(), WorkerGatewayGrpc.getConnectMethod().getResponseMarshaller())
                    .build();

    private final ClientCall<byte[], ControlFrame> call;
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final CompletableFuture<Boolean> welcome = new CompletableFuture<>();
    private final BlockingQueue<Assignment> assignments = new LinkedBlockingQueue<>();
    private final BlockingQueue<ChildResult> children = new LinkedBlockingQueue<>();

    private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] frame) {
            return new ByteArrayInputStream(frame);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("only sent");
        }
    }

    RawStream(Channel channel) {
        call = channel.newCall(CONNECT, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(ControlFrame frame) {
                        if (frame.hasWelcome()) {
                            welcome.complete(true);
                        }
                        assignments.addAll(frame.getAssignmentsList());
                        children.addAll(frame.getChildResultsList());
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                        welcome.complete(false);
                    }
                },
                new Metadata());
        call.request(Integer.MAX_VALUE);
    }

    RawStream send(byte[] frame) {
        if (!end.isDone()) {
            call.sendMessage(frame);
        }
        return this;
    }

    RawStream halfClose() {
        call.halfClose();
        return this;
    }

    void cancel() {
        call.cancel("the fuzz leaves", null);
    }

    /** Whether the server has let it in. */
    boolean isWelcome(Duration patience) throws Exception {
        return welcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** Fails when it does not end in time: it is stuck. */
    Status end(Duration patience) throws Exception {
        return end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What was assigned since the last time; waits a moment when there is nothing. */
    List<Assignment> assigned(Duration patience) throws InterruptedException {
        List<Assignment> taken = new ArrayList<>();
        Assignment first = assignments.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            taken.add(first);
            assignments.drainTo(taken);
        }
        return taken;
    }

    /** The next result of a child; fails when none comes. */
    ChildResult child(Duration patience) throws InterruptedException {
        return Objects.requireNonNull(
                children.poll(patience.toMillis(), TimeUnit.MILLISECONDS), "no result of a child");
    }
}
