package dev.hearth.controlplane.logs;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code hearth.logs.*}.
 *
 * @param mostPerAttempt what one attempt prints beyond this is dropped, and its log says so; 64 KB to 1 GB, default 8 MB
 */
@ConfigurationProperties("hearth.logs")
public record LogSettings(@DefaultValue("8MB") DataSize mostPerAttempt) {
    private static final DataSize LEAST = DataSize.ofKilobytes(64);
    private static final DataSize MOST = DataSize.ofGigabytes(1);

    public LogSettings {
        if (mostPerAttempt.compareTo(LEAST) < 0 || mostPerAttempt.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    "hearth.logs.most-per-attempt must be 64KB to 1GB, was " + mostPerAttempt);
        }
    }
}
