package dev.hearth.controlplane.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Looks at the queue every few seconds. Keeps the last look; says once when an alarm begins and once when it ends. */
@Component
final class QueueWatch implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);

    /** The figures of one look and what they mean. */
    record Look(QueueFigures figures, QueueAlarm alarm) {}

    private final QueueHealthStore store;
    private final QueueHealthSettings settings;
    private volatile Look last = new Look(QueueFigures.NONE, QueueAlarm.NONE);
    private volatile boolean running;
    private @Nullable Thread thread;

    QueueWatch(QueueHealthStore store, QueueHealthSettings settings, MeterRegistry registry) {
        this.store = store;
        this.settings = settings;
        gauge(registry, "hearth.queue.live.tuples", "Live rows of the table action", QueueFigures::liveRows);
        gauge(registry, "hearth.queue.dead.tuples", "Dead rows of the table action", QueueFigures::deadRows);
        gauge(
                registry,
                "hearth.queue.oldest.xmin.seconds",
                "How long the oldest transaction that keeps dead rows alive has been open",
                figures -> figures.oldestOpen().toMillis() / 1000.0);
        gauge(
                registry,
                "hearth.queue.oldest.xmin.transactions",
                "How many transactions have begun since the oldest one that keeps dead rows alive",
                figures -> figures.oldest() == null ? 0 : figures.oldest().transactionsSince());
        gauge(
                registry,
                "hearth.queue.notifications.usage",
                "How full PostgreSQL's queue of notifications is, 0 to 1",
                QueueFigures::notifications);
        Gauge.builder("hearth.queue.alarm", this, watch -> watch.last.alarm().isOn() ? 1 : 0)
                .description("1 during an alarm, else 0")
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<QueueFigures> figure) {
        Gauge.builder(name, this, watch -> figure.applyAsDouble(watch.last.figures()))
                .description(description)
                .register(registry);
    }

    /** What was seen last. */
    Look last() {
        return last;
    }

    private void look() {
        QueueFigures figures = store.look();
        Look next = new Look(figures, QueueAlarm.of(figures, settings));
        boolean before = last.alarm().isOn();
        last = next;
        if (next.alarm().isOn() && !before) {
            log.warn("queue alarm: {}", next.alarm().text());
        } else if (before && !next.alarm().isOn()) {
            log.info("queue alarm is over");
        }
    }

    private void loop() {
        while (running) {
            try {
                look();
            } catch (RuntimeException e) {
                log.debug("the queue could not be looked at", e);
            }
            try {
                Thread.sleep(settings.interval());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("queue-watch").start(this::loop);
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
}
