package dev.hearth.controlplane.replica;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.replica.*}.
 *
 * @param drainDeadline what still runs in a replica so long after its drain is ended and tried again elsewhere, 1 s to 24 h,
 *     default 10 min
 * @param cancelGrace a task that still runs so long after it was told to stop costs its replica the future: the replica is
 *     drained, then ended; 100 ms to 24 h, default 10 s
 */
@ConfigurationProperties("hearth.replica")
public record ReplicaSettings(
        @DefaultValue("10m") Duration drainDeadline,
        @DefaultValue("10s") Duration cancelGrace) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    public ReplicaSettings {
        if (drainDeadline.compareTo(SHORTEST) < 0 || drainDeadline.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("hearth.replica.drain-deadline must be 1s to 24h, was " + drainDeadline);
        }
        if (cancelGrace.toMillis() < 100 || cancelGrace.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("hearth.replica.cancel-grace must be 100ms to 24h, was " + cancelGrace);
        }
    }
}
