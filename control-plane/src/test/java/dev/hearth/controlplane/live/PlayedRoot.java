package dev.hearth.controlplane.live;

import dev.hearth.wire.Acknowledgement;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.WorkerFrame;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The root of a run, which runs in a replica that is played until it is closed. */
final class PlayedRoot implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] BEAT = WorkerFrame.newBuilder()
            .setHeartbeat(Heartbeat.getDefaultInstance())
            .build()
            .toByteArray();

    private final ManagedChannel channel;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();

    private PlayedRoot(ManagedChannel channel) {
        this.channel = channel;
    }

    /** Of the run that waits in this environment, which is nobody else's. */
    static PlayedRoot of(LiveServer server, String environment) throws Exception {
        PlayedRoot root = new PlayedRoot(PlayedReplica.channel(server));
        long replica = PlayedReplica.insert(PlayedReplica.database(server), environment, "STARTING");
        RawStream stream = new RawStream(root.channel)
                .send(PlayedReplica.hello(replica, List.of()).toByteArray());
        AttemptRef attempt = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(WorkerFrame.newBuilder()
                .addAcknowledgements(Acknowledgement.newBuilder().setAttempt(attempt))
                .build()
                .toByteArray());
        root.beats.scheduleAtFixedRate(() -> stream.send(BEAT), 1, 1, TimeUnit.SECONDS);
        return root;
    }

    @Override
    public void close() {
        beats.shutdownNow();
        channel.shutdownNow();
    }
}
