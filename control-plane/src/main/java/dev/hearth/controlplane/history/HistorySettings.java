package dev.hearth.controlplane.history;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.history.*}.
 *
 * @param rest how long the actions of a run that has ended stay in the hot table; 1 min to 1 day, default 10 min. Nobody sees the
 *     difference but the queue, whose table stays small
 * @param keep how long runs are kept behind their end, and attempts, logs and large inputs and outputs behind the moment they were
 *     written; 1 day to 10 years, default 30 days. Rounded up to whole days, UTC
 * @param interval time between two looks; 100 ms to 10 min, default 1 min
 */
@ConfigurationProperties("hearth.history")
record HistorySettings(
        @DefaultValue("10m") Duration rest,
        @DefaultValue("30d") Duration keep,
        @DefaultValue("1m") Duration interval) {
    HistorySettings {
        require("rest", rest, Duration.ofMinutes(1), Duration.ofDays(1));
        require("keep", keep, Duration.ofDays(1), Duration.ofDays(3_653));
        require("interval", interval, Duration.ofMillis(100), Duration.ofMinutes(10));
    }

    private static void require(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "hearth.history." + name + " must be " + least + " to " + most + ", was " + value);
        }
    }
}
