package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.OutcomeStore;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.signals.Signals;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Asks how the awaited children have ended that ended elsewhere: when another control plane tells of ends, and each second,
 * because it may not be heard.
 */
@Component
final class ChildEnds implements SmartLifecycle {
    private static final Duration TICK = Duration.ofSeconds(1);

    /** Thousands may be awaited: the question takes at most a quarter of the time. */
    private static final int REST_PER_WORK = 3;

    private static final String LOOP = "Asking how children ended";

    private final ChildWaits waits;
    private final OutcomeStore outcomes;
    private final Signals signals;
    private final Outages outages;
    private volatile boolean running;
    private @Nullable Thread thread;

    ChildEnds(ChildWaits waits, OutcomeStore outcomes, Signals signals, Outages outages) {
        this.waits = waits;
        this.outcomes = outcomes;
        this.signals = signals;
        this.outages = outages;
    }

    private void ask() {
        Set<Long> awaited = waits.awaited();
        if (!awaited.isEmpty()) {
            outcomes.of(awaited).forEach(waits::ended);
        }
    }

    private void loop() {
        while (running) {
            try {
                signals.ends().await(TICK);
                long before = System.nanoTime();
                ask();
                outages.went(LOOP);
                Thread.sleep(Duration.ofNanos(REST_PER_WORK * (System.nanoTime() - before)));
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                outages.failed(LOOP, e);
            }
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("child-ends").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return GatewayServer.LIFECYCLE_PHASE;
    }
}
