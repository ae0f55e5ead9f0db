package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.controlplane.policy.StartFailures;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.scaling.*}.
 *
 * @param interval time between two looks at the pools when nothing wakes the autoscaler, 100 ms to 1 min, default 1 s
 * @param maxReplicas replicas of all pools together, starting and draining ones included, 1 to 100000, default 64
 * @param startFailuresLimit consecutive failed starts after which the waiting actions of a pool fail, 1 to 20, default 5
 * @param patientStarts whether no replica is started for a queue that those which are there will have worked off before it
 *     could be up, judged by the measured cold start and time of execution; default false
 */
@ConfigurationProperties("hearth.scaling")
record ScalingSettings(
        @DefaultValue("1s") Duration interval,
        @DefaultValue("64") int maxReplicas,
        @DefaultValue("5") int startFailuresLimit,
        @DefaultValue("false") boolean patientStarts) {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    ScalingSettings {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("hearth.scaling.interval must be 100ms to 1m, was " + interval);
        }
        if (maxReplicas < 1 || maxReplicas > 100_000) {
            throw new IllegalArgumentException("hearth.scaling.max-replicas must be 1 to 100000, was " + maxReplicas);
        }
        if (startFailuresLimit < 1 || startFailuresLimit > StartFailures.REMEMBERED) {
            throw new IllegalArgumentException("hearth.scaling.start-failures-limit must be 1 to "
                    + StartFailures.REMEMBERED + ", was " + startFailuresLimit);
        }
    }

    ScalingPolicy policy() {
        return new ScalingPolicy(startFailuresLimit, patientStarts);
    }
}
