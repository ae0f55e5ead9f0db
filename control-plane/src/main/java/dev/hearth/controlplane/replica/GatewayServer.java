package dev.hearth.controlplane.replica;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Listens for replicas. Handlers never block, so they run on the network's own threads. */
@Component
final class GatewayServer implements SmartLifecycle {
    /** After the journal, before whatever starts replicas. */
    static final int LIFECYCLE_PHASE = 200;

    private static final int MOST_MESSAGE_BYTES = 64 << 20;
    private static final long KEEPALIVE_SECONDS = 10;

    private static final Logger log = LoggerFactory.getLogger(GatewayServer.class);

    private final WorkerStream streams;
    private final InetSocketAddress address;
    private @Nullable Server server;

    GatewayServer(WorkerStream streams, WorkerEndpoint endpoint) {
        this.streams = streams;
        this.address = endpoint.bind();
    }

    @Override
    public void start() {
        try {
            server = NettyServerBuilder.forAddress(address)
                    .directExecutor()
                    .addService(streams)
                    .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                    .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveTime(1, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .build()
                    .start();
            log.info("replicas connect to {}", address);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot listen for replicas on " + address + "; set HEARTH_WORKER_PORT to a free port", e);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            server.shutdownNow();
            server = null;
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    @Override
    public int getPhase() {
        return LIFECYCLE_PHASE;
    }
}
