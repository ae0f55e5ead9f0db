package dev.hearth.controlplane.submission;

import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.peers.Wire;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Picks submissions up as soon as they are committed: it listens, and looks each second besides, which costs a quiet server one
 * indexed statement. One virtual thread does both. Stops before the journal.
 */
@Component
final class SubmissionListener implements SmartLifecycle {
    private static final String CHANNEL = "hearth_submission";
    private static final Duration SLOW_LOOK = Duration.ofSeconds(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final String LOOP = "Picking up submissions";

    private final Pickup pickup;
    private final Wire wire;
    private final Outages outages;
    private volatile boolean running;
    private @Nullable Thread thread;

    SubmissionListener(Pickup pickup, Wire wire, Outages outages) {
        this.pickup = pickup;
        this.wire = wire;
        this.outages = outages;
    }

    private void loop() {
        while (running) {
            try (Wire.Ear ear = wire.listen(CHANNEL)) {
                while (running) {
                    while (running && pickup.run() > 0) {
                        // More may have come meanwhile.
                    }
                    outages.went(LOOP);
                    ear.await(SLOW_LOOK);
                }
            } catch (SQLException | RuntimeException e) {
                if (running) {
                    outages.failed(LOOP, e);
                }
            }
            try {
                Thread.sleep(SLOW_LOOK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("submission-listener").start(this::loop);
    }

    /** What is being picked up is finished: an interrupt could cut a connection off in the middle. */
    @Override
    public void stop() {
        running = false;
        Thread own = thread;
        try {
            if (own != null && !own.join(STOP_PATIENCE)) {
                own.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
