package dev.hearth.worker;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Health of the stream to the control plane. */
@Component
final class StreamHealthIndicator implements HealthIndicator {
    private final Replica replica;

    StreamHealthIndicator(Replica replica) {
        this.replica = replica;
    }

    @Override
    public Health health() {
        return (replica.isConnected() ? Health.up() : Health.down()).build();
    }
}
