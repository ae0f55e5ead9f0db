package dev.hearth.controlplane.outage;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Health {@code writable}, a part of readiness: out of service while runs cannot be stored. Asks no database. */
@Component
final class WritableHealthIndicator implements HealthIndicator {
    private final Outages outages;

    WritableHealthIndicator(Outages outages) {
        this.outages = outages;
    }

    @Override
    public Health health() {
        return outages.database()
                .map(away -> Health.outOfService()
                        .withDetail("since", away.since().toString())
                        .withDetail("reason", away.why())
                        .build())
                .orElseGet(() -> Health.up().build());
    }
}
