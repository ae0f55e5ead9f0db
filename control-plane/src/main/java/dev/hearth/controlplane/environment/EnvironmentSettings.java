package dev.hearth.controlplane.environment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code hearth.environment.*}.
 *
 * @param minTtl lowest scale-down and idle TTL that a deployment may ask for, more than 0, default 1 s
 * @param maxBundle longest bundle that may be uploaded, default 256 MB
 */
@ConfigurationProperties("hearth.environment")
record EnvironmentSettings(
        @DefaultValue("1s") Duration minTtl,
        @DefaultValue("256MB") DataSize maxBundle) {
    EnvironmentSettings {
        if (!minTtl.isPositive()) {
            throw new IllegalArgumentException("hearth.environment.min-ttl must be longer than 0 s, was " + minTtl);
        }
        if (maxBundle.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "hearth.environment.max-bundle must be at least 1 byte, was " + maxBundle);
        }
    }
}
