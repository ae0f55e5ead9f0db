package dev.hearth.worker;

import dev.hearth.sdk.Json;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.WorkerFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.context.ApplicationContext;

/** Touches what a replica needs until it is ready, so that an AOT cache recorded meanwhile holds it. */
final class Training {
    private static final String NOBODY = "127.0.0.1:1";

    private Training() {}

    static void run(ApplicationContext context) {
        context.getBean(Replica.class);
        Json.read(Json.write(Map.of("trained", true)), Map.class);
        ManagedChannel channel = NettyChannelBuilder.forTarget(NOBODY)
                .usePlaintext()
                .directExecutor()
                .build();
        CountDownLatch ended = new CountDownLatch(1);
        StreamObserver<WorkerFrame> stream = WorkerGatewayGrpc.newStub(channel).connect(new StreamObserver<>() {
            @Override
            public void onNext(ControlFrame frame) {}

            @Override
            public void onError(Throwable fault) {
                ended.countDown();
            }

            @Override
            public void onCompleted() {
                ended.countDown();
            }
        });
        stream.onNext(WorkerFrame.newBuilder().setDraining(true).build());
        try {
            boolean refused = ended.await(5, TimeUnit.SECONDS);
            if (!refused) {
                throw new IllegalStateException("somebody answers at " + NOBODY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.shutdownNow();
    }
}
