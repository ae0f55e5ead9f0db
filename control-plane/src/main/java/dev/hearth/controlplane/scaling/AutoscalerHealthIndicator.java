package dev.hearth.controlplane.scaling;

import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Health {@code autoscaler}: down when no round has ended well for a while. */
@Component
final class AutoscalerHealthIndicator implements HealthIndicator {
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(10);

    private final Autoscaler autoscaler;
    private final Duration patience;
    private final Clock clock;

    AutoscalerHealthIndicator(Autoscaler autoscaler, ScalingSettings settings, Clock clock) {
        this.autoscaler = autoscaler;
        Duration several = settings.interval().multipliedBy(5);
        this.patience = several.compareTo(LEAST_PATIENCE) > 0 ? several : LEAST_PATIENCE;
        this.clock = clock;
    }

    @Override
    public Health health() {
        Duration age = Duration.between(autoscaler.lastRound(), clock.instant());
        Health.Builder health = age.compareTo(patience) > 0 ? Health.down() : Health.up();
        return health.withDetail("lastRound", autoscaler.lastRound().toString())
                .withDetail("ageSeconds", age.toSeconds())
                .build();
    }
}
