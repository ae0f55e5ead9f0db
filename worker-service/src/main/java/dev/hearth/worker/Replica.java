package dev.hearth.worker;

import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.Hello;
import dev.hearth.wire.WorkerFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * The life of the process towards the control planes: connects to one, says hello, beats, reconnects to it or to another with
 * jitter, drains, leaves.
 * What runs here goes on whatever happens to the stream.
 */
@Component
final class Replica implements DisposableBean {
    static final int REFUSED = 3;
    static final int ORPHANED = 4;
    static final int OUT_OF_MEMORY = 5;
    static final int TERMINATED = 128 + 15;

    /** For the report of the task that ran out of memory to be committed. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private static final Set<Status.Code> FINAL_REFUSALS =
            Set.of(Status.Code.UNAUTHENTICATED, Status.Code.NOT_FOUND, Status.Code.FAILED_PRECONDITION);
    private static final int MOST_MESSAGE_BYTES = 64 << 20;

    private static final long KEEPALIVE_SECONDS = 10;

    /**
     * Also how long the kernel waits for a confirmation of what was sent, a heartbeat for example: a control plane whose machine is
     * gone is noticed well within a lease.
     */
    private static final long KEEPALIVE_TIMEOUT_SECONDS = 3;

    private static final int CONNECT_MILLIS = 2_000;

    /** So long after its stream broke, a replica hopes for the control plane that it had; then it tries the others in turn. */
    private static final Duration SAME_FOR = Duration.ofSeconds(1);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** How often lines are looked for that have begun and not ended. */
    private static final Duration BEGUN_LINES = Duration.ofMillis(250);

    private static final Logger log = LoggerFactory.getLogger(Replica.class);

    private final WorkerSettings settings;
    private final Executions executions;
    private final Outbox outbox;
    private final Endpoints endpoints;
    private volatile boolean connected;
    private volatile boolean leaving;
    private volatile long heartbeatMillis = 1_000;

    Replica(WorkerSettings settings, Executions executions, Outbox outbox) {
        this.settings = settings;
        this.executions = executions;
        this.outbox = outbox;
        this.endpoints = new Endpoints(settings.endpoint());
    }

    /** Runs until the replica has left; answers the exit code of the process. */
    int run() {
        executions.onOutOfMemory(
                attempt -> Thread.ofPlatform().name("out-of-memory").start(() -> giveUp(attempt)));
        ExitWatch.install(executions::exited);
        // A thread of the system, as the outbox has: a replica full of busy tasks must not look dead.
        Thread.ofPlatform().name("heartbeat").daemon().start(this::beat);
        Thread.ofPlatform().name("begun lines").daemon().start(this::sendBegunLines);
        return stayConnected();
    }

    /** One thread for all executions; not that of the heartbeats, which nothing may hold up. */
    private void sendBegunLines() {
        while (!leaving) {
            sleep(BEGUN_LINES);
            executions.sendBegunLines();
        }
    }

    /** A process that ran out of memory may have lost anything: what else runs here is done elsewhere. */
    private void giveUp(AttemptRef culprit) {
        long end = System.nanoTime() + LAST_WORDS.toNanos();
        while (!executions.isCommitted(culprit) && System.nanoTime() < end) {
            sleep(Duration.ofMillis(5));
        }
        log.error("a task ran out of memory: this process ends");
        Runtime.getRuntime().halt(OUT_OF_MEMORY);
    }

    private static ManagedChannel channel(String endpoint) {
        return NettyChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .build();
    }

    private int stayConnected() {
        String endpoint = endpoints.current();
        ManagedChannel channel = channel(endpoint);
        try {
            long lastSeen = System.nanoTime();
            Duration pause = FIRST_PAUSE;
            while (true) {
                Status end = connectOnce(channel);
                if (leaving) {
                    return 0;
                }
                if (FINAL_REFUSALS.contains(end.getCode())) {
                    log.error("the control plane does not take this replica in: {}", end.getDescription());
                    return REFUSED;
                }
                if (connected) {
                    lastSeen = System.nanoTime();
                    pause = FIRST_PAUSE;
                    connected = false;
                }
                if (System.nanoTime() - lastSeen > settings.orphanAfter().toNanos()) {
                    log.error("no control plane for {}", settings.orphanAfter());
                    return ORPHANED;
                }
                log.warn("stream ended: {}", end);
                sleep(jittered(pause));
                if (System.nanoTime() - lastSeen > SAME_FOR.toNanos()) {
                    endpoints.next();
                }
                if (endpoint.equals(endpoints.current())) {
                    channel.resetConnectBackoff();
                } else {
                    endpoint = endpoints.current();
                    log.info("trying the control plane at {}", endpoint);
                    channel.shutdownNow();
                    channel = channel(endpoint);
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    /** Answers how the stream ended. */
    private Status connectOnce(ManagedChannel channel) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        CompletableFuture<ClientCallStreamObserver<WorkerFrame>> stream = new CompletableFuture<>();
        var unused = WorkerGatewayGrpc.newStub(channel)
                .connect(new ClientResponseObserver<WorkerFrame, ControlFrame>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<WorkerFrame> requests) {
                        requests.setOnReadyHandler(outbox::schedule);
                        stream.complete(requests);
                    }

                    @Override
                    public void onNext(ControlFrame frame) {
                        handle(frame);
                    }

                    @Override
                    public void onError(Throwable fault) {
                        end.complete(Status.fromThrowable(fault));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete(Status.OK);
                    }
                });
        outbox.open(stream.join(), hello());
        Status status = end.join();
        outbox.closed(stream.join());
        return status;
    }

    private Hello hello() {
        return Hello.newBuilder()
                .setReplica(settings.replica())
                .setJoinToken(settings.joinToken())
                .setSlots(settings.slots())
                .setRuntime("java " + Runtime.version())
                .addAllRunning(executions.held())
                .addAllEnded(executions.ended())
                .addAllWaited(executions.waited())
                .setExecuted(executions.begun())
                .setPid(ProcessHandle.current().pid())
                .setHost(System.getenv().getOrDefault("HOSTNAME", "localhost"))
                .build();
    }

    /** On the network's thread: never blocks. */
    private void handle(ControlFrame frame) {
        if (frame.hasWelcome()) {
            connected = true;
            heartbeatMillis = frame.getWelcome().getHeartbeatMillis();
            endpoints.learn(frame.getWelcome().getEndpointsList());
            frame.getWelcome().getUnknownList().forEach(executions::forget);
            outbox.welcomed(frame.getWelcome().getMostLogBytes());
            executions.sayAgain();
        }
        if (frame.getEndpointsCount() > 0) {
            endpoints.learn(frame.getEndpointsList());
        }
        frame.getCommittedReportsList().forEach(executions::committed);
        frame.getAssignmentsList().forEach(executions::assign);
        frame.getChildResultsList().forEach(executions::childEnded);
        frame.getCancelsList().forEach(cancel -> executions.cancel(cancel.getAttempt()));
        if (frame.hasDrain()) {
            Duration deadline = Duration.ofMillis(frame.getDrain().getDeadlineMillis());
            Thread.ofPlatform().name("drain").start(() -> {
                finishWithin(deadline);
                leave();
            });
        }
    }

    private void beat() {
        while (!leaving) {
            outbox.heartbeat(Heartbeat.newBuilder()
                    .setRunning(executions.running())
                    .setParked(executions.parked())
                    .setHeapUsedBytes(MemoryUse.liveHeapBytes())
                    .setRssBytes(MemoryUse.residentBytes())
                    .build());
            sleep(Duration.ofMillis(heartbeatMillis));
        }
    }

    boolean isConnected() {
        return connected;
    }

    boolean isIdle() {
        return executions.isIdle();
    }

    /** SIGTERM, or the end of a drain: takes nothing new, finishes what runs, then closes the stream. */
    @Override
    public void destroy() {
        if (!executions.isIdle()) {
            outbox.draining();
            finishWithin(settings.stopWithin());
        }
        leave();
    }

    private void leave() {
        leaving = true;
        outbox.complete();
    }

    private void finishWithin(Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!executions.isIdle() && System.nanoTime() < end) {
            sleep(Duration.ofMillis(10));
        }
    }

    private static Duration jittered(Duration pause) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
