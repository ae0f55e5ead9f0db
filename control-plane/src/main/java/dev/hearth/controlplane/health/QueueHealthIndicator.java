package dev.hearth.controlplane.health;

import dev.hearth.controlplane.health.QueueFigures.OldTransaction;
import dev.hearth.controlplane.health.QueueWatch.Look;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/**
 * Health {@code queue}: the figures, and during an alarm what is wrong and what to do. An alarm is no outage: runs go on, so it has a
 * status of its own, which takes no server out of service.
 */
@Component
final class QueueHealthIndicator implements HealthIndicator {
    private static final Status ALARM = new Status("ALARM", "The queue will slow down unless somebody acts");

    private final QueueWatch watch;

    QueueHealthIndicator(QueueWatch watch) {
        this.watch = watch;
    }

    @Override
    public Health health() {
        Look look = watch.last();
        Health.Builder health = look.alarm().isOn() ? Health.status(ALARM) : Health.up();
        health.withDetail("liveRows", look.figures().liveRows())
                .withDetail("deadRows", look.figures().deadRows())
                .withDetail("notificationQueueUsage", look.figures().notifications());
        OldTransaction oldest = look.figures().oldest();
        if (oldest != null) {
            health.withDetail("oldestTransaction", details(oldest));
        }
        if (look.alarm().isOn()) {
            health.withDetail("faults", look.alarm().faults());
        }
        return health.build();
    }

    private static Map<String, Object> details(OldTransaction oldest) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("pid", oldest.pid());
        details.put("application", oldest.application());
        details.put("user", oldest.user());
        details.put("state", oldest.state());
        details.put("openSeconds", oldest.open().toSeconds());
        details.put("transactionsSince", oldest.transactionsSince());
        details.put("query", oldest.query());
        return details;
    }
}
