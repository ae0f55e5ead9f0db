package dev.hearth.controlplane.scaling;

import java.time.Duration;

/** Says why, in sentences that people understand. */
final class Reasons {
    private Reasons() {}

    static String demand(PoolSnapshot pool) {
        PoolLimits limits = pool.limits();
        int serving = pool.serving().size();
        if (pool.condition().queued() + pool.running() == 0) {
            return "what runs here only waits for its children: " + keeps(limits) + "; " + there(serving);
        }
        String load = queued(pool) + " and " + pool.running() + " running";
        if (pool.needed() < pool.floor()) {
            return "%s: %s while in use; %s".formatted(load, keeps(limits), there(serving));
        }
        String need = limits.singleUse()
                ? "need a fresh replica each"
                : "need %s of %s".formatted(replicas(pool.needed()), counted(limits.concurrency(), "slot"));
        return "%s %s; %s, the limit is %d".formatted(load, need, there(serving), limits.max());
    }

    static String keep(PoolSnapshot pool) {
        Duration idleTtl = pool.limits().idleTtl();
        String until = idleTtl == null ? "always on" : "idle for less than " + seconds(idleTtl);
        return "%s: %s; %s"
                .formatted(until, keeps(pool.limits()), there(pool.serving().size()));
    }

    static String cold(PoolSnapshot pool) {
        if (pool.condition().draining()) {
            return "a newer version has replaced this one, and nothing is left to run here";
        }
        if (pool.condition().runEnded()) {
            return "the run that owns this pool is over";
        }
        Duration idleTtl = pool.limits().idleTtl();
        String silence = idleTtl == null ? "" : " for " + seconds(idleTtl);
        return "nothing was running or queued" + silence + ": the whole pool stops";
    }

    static String scaleDown(PoolSnapshot pool, ReplicaSnapshot replica) {
        int serving = pool.serving().size();
        if (pool.overfull()) {
            return "replica %d is idle, and %s are more than the limit of %d"
                    .formatted(
                            replica.ordinal(), replicas(serving), pool.limits().max());
        }
        return "replica %d is the highest that was idle for %s; %d queued and %d running need %s, the minimum is %d"
                .formatted(
                        replica.ordinal(),
                        seconds(pool.limits().scaledownTtl()),
                        pool.condition().queued(),
                        pool.running(),
                        replicas(pool.needed()),
                        pool.floor());
    }

    static String giveUp(PoolSnapshot pool) {
        return "no replica came up in %s in a row%s: the waiting actions fail"
                .formatted(counted(pool.failures().count(), "start"), lastOutput(pool));
    }

    static String backOff(PoolSnapshot pool) {
        return "; the last %s failed%s: the next one waits until %s"
                .formatted(
                        counted(pool.failures().count(), "start"),
                        lastOutput(pool),
                        pool.failures().retryAt());
    }

    static String probe(PoolSnapshot pool) {
        return "; the last %s failed%s: one replica is tried"
                .formatted(counted(pool.failures().count(), "start"), lastOutput(pool));
    }

    /** Names what keeps the pool below what it wants; nothing if it gets all. */
    static String bound(PoolSnapshot pool, int got) {
        int missing = pool.wanted() - pool.serving().size();
        int draining = pool.replicas().size() - pool.serving().size();
        if (got >= pool.wanted()) {
            return "";
        }
        if (pool.room().free() < missing) {
            return "; the server's limit of %s leaves room for %d"
                    .formatted(replicas(pool.room().limit()), pool.room().free());
        }
        return draining == 0 ? "" : "; draining replicas still hold " + counted(draining, "place");
    }

    private static String lastOutput(PoolSnapshot pool) {
        String reason = pool.failures().lastReason();
        return reason == null ? "" : " (" + reason + ")";
    }

    private static String queued(PoolSnapshot pool) {
        int queued = pool.condition().queued();
        return queued < pool.limits().countedQueue() ? queued + " queued" : "more than " + (queued - 1) + " queued";
    }

    private static String keeps(PoolLimits limits) {
        return limits.min() == limits.max()
                ? "a fixed pool has " + replicas(limits.min())
                : "the pool keeps at least " + replicas(limits.min());
    }

    private static String there(int serving) {
        return serving == 1 ? "1 is there" : serving + " are there";
    }

    private static String replicas(int count) {
        return counted(count, "replica");
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String seconds(Duration ttl) {
        return ttl.toMillis() % 1000 == 0 ? ttl.toSeconds() + " s" : ttl.toMillis() + " ms";
    }
}
