package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.signals.Calls;
import dev.hearth.controlplane.signals.Signals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Looks at the pools each second, and at once when somebody rings. One virtual thread owns all of it. */
@Component
final class Autoscaler implements SmartLifecycle {
    private static final String LOOP = "Looking at the pools";
    private static final Logger log = LoggerFactory.getLogger(Autoscaler.class);

    /** Rings without end, as under a burst of submits, cost at most twenty rounds a second. A lone ring never waits. */
    private static final Duration SHORTEST_GAP = Duration.ofMillis(50);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final ScalingRound round;
    private final ScalingSettings settings;
    private final Signals signals;
    private final Outages outages;
    private final Clock clock;
    private volatile boolean running;
    private volatile Instant lastRound;
    private @Nullable Thread loop;

    Autoscaler(ScalingRound round, ScalingSettings settings, Signals signals, Outages outages) {
        this.round = round;
        this.settings = settings;
        this.signals = signals;
        this.outages = outages;
        this.clock = outages.clock();
        this.lastRound = clock.instant();
    }

    /** When the last round ended well. */
    Instant lastRound() {
        return lastRound;
    }

    @Override
    public void start() {
        running = true;
        lastRound = clock.instant();
        loop = Thread.ofVirtual().name("autoscaler").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        signals.scaling().all();
        Thread own = loop;
        try {
            if (own != null && !own.join(STOP_PATIENCE)) {
                log.warn("The autoscaler is still busy after {} s and is left behind", STOP_PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void loop() {
        try {
            look(() -> round.run(clock.instant(), false));
            while (running) {
                Thread.sleep(SHORTEST_GAP);
                Calls.Wanted wanted = signals.scaling().await(settings.interval());
                if (wanted.pools().isEmpty() || wanted.all()) {
                    look(() -> round.run(clock.instant(), !wanted.all()));
                } else {
                    look(() -> round.run(wanted.pools(), clock.instant()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Runnable work) {
        try {
            work.run();
            lastRound = clock.instant();
            outages.went(LOOP);
        } catch (RuntimeException e) {
            outages.failed(LOOP, e);
        }
    }
}
