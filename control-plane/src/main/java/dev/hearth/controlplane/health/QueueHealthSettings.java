package dev.hearth.controlplane.health;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.queue-health.*}: when there is an alarm.
 *
 * @param interval time between two looks, 100 ms to 1 min, default 5 s
 * @param deadRows dead rows of the table {@code action}, default 1,000,000: some hundred thousand are the ordinary trace of a large
 *     fan-out, and autovacuum, which comes each minute, has them soon
 * @param deadShare dead rows as a share of live ones, above 0, default 0.2; both marks must be passed
 * @param oldestTransaction how long a transaction of anybody on this database may stay open, at least 1 s, default 60 s: as long as
 *     it is, no dead row can be removed
 * @param notifications how full PostgreSQL's queue of notifications may be, above 0 and at most 1, default 0.5
 * @param shed whether pages and lists are refused during an alarm, default true
 */
@ConfigurationProperties("hearth.queue-health")
record QueueHealthSettings(
        @DefaultValue("5s") Duration interval,
        @DefaultValue("1000000") long deadRows,
        @DefaultValue("0.2") double deadShare,
        @DefaultValue("60s") Duration oldestTransaction,
        @DefaultValue("0.5") double notifications,
        @DefaultValue("true") boolean shed) {
    QueueHealthSettings {
        require(
                interval.toMillis() >= 100 && interval.toSeconds() <= 60,
                "hearth.queue-health.interval must be 100ms to 1m, was " + interval);
        require(deadRows >= 1, "hearth.queue-health.dead-rows must be at least 1, was " + deadRows);
        require(deadShare > 0, "hearth.queue-health.dead-share must be above 0, was " + deadShare);
        require(
                oldestTransaction.toMillis() >= 1000,
                "hearth.queue-health.oldest-transaction must be at least 1s, was " + oldestTransaction);
        require(
                notifications > 0 && notifications <= 1,
                "hearth.queue-health.notifications must be above 0 and at most 1, was " + notifications);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
