package dev.hearth.controlplane.policy;

import java.time.Duration;
import java.time.Instant;

/** Says why, in sentences that people understand. */
final class Reasons {
    private Reasons() {}

    static final Reason COLD = Reason.because(Rule.COLD, "cold, and nothing waits");

    static Reason demand(PoolSnapshot pool) {
        boolean minimum = pool.needed() < pool.floor();
        return new Reason(minimum ? Rule.MINIMUM : Rule.DEMAND, () -> demandWords(pool, minimum));
    }

    private static String demandWords(PoolSnapshot pool, boolean minimum) {
        PoolLimits limits = pool.limits();
        int serving = pool.serving().size();
        if (pool.condition().queued() + pool.running() == 0) {
            boolean parents = pool.replicas().stream().anyMatch(replica -> replica.parked() > 0);
            String what =
                    parents ? "what runs here only waits for its children: " : "what runs is on draining replicas: ";
            return what + keeps(limits) + "; " + there(serving);
        }
        String load = queued(pool) + " and " + pool.running() + " running";
        if (minimum) {
            return "%s: %s while in use; %s".formatted(load, keeps(limits), there(serving));
        }
        String need = limits.singleUse()
                ? "need a fresh replica each"
                : "need %s of %s".formatted(replicas(pool.needed()), counted(limits.concurrency(), "slot"));
        return "%s %s; %s, the limit is %d".formatted(load, need, there(serving), limits.max());
    }

    static Reason keep(PoolSnapshot pool) {
        int serving = pool.serving().size();
        if (pool.condition().warmAsked()) {
            return new Reason(
                    Rule.WARM_ASKED,
                    () -> "asked to be warm, by hand or by a deployment over a warm version: " + keeps(pool.limits())
                            + "; " + there(serving));
        }
        Duration idleTtl = pool.limits().idleTtl();
        return new Reason(idleTtl == null ? Rule.ALWAYS_ON : Rule.MINIMUM, () -> {
            String until = idleTtl == null ? "always on" : "idle for less than " + seconds(idleTtl);
            return "%s: %s; %s".formatted(until, keeps(pool.limits()), there(serving));
        });
    }

    static Reason cold(PoolSnapshot pool) {
        if (pool.condition().draining()) {
            return Reason.because(
                    Rule.ENDING, "this version takes no new runs any more, and nothing is left to run here");
        }
        if (pool.condition().runEnded()) {
            return Reason.because(Rule.ENDING, "the run that owns this pool is over");
        }
        Duration idleTtl = pool.limits().idleTtl();
        String silence = idleTtl == null ? "" : " for " + seconds(idleTtl);
        return Reason.because(Rule.IDLE_TTL, "nothing was running or queued" + silence + ": the whole pool stops");
    }

    static Reason scaleDown(PoolSnapshot pool, ReplicaSnapshot replica, Instant now) {
        int serving = pool.serving().size();
        if (pool.overfull(now)) {
            return overMaximum(pool, replica);
        }
        if (pool.ending()) {
            return new Reason(
                    Rule.ENDING,
                    () -> "replica %d is idle and no new work comes here: what is left needs %s of %d"
                            .formatted(replica.ordinal(), replicas(pool.needed()), serving));
        }
        return new Reason(
                Rule.SCALEDOWN_TTL,
                () ->
                        "replica %d is the highest that was idle for %s; %d queued and %d running need %s, the minimum is %d"
                                .formatted(
                                        replica.ordinal(),
                                        seconds(pool.limits().scaledownTtl()),
                                        pool.condition().queued(),
                                        pool.running(),
                                        replicas(pool.needed()),
                                        pool.floor()));
    }

    static Reason overMaximum(PoolSnapshot pool, ReplicaSnapshot replica) {
        return new Reason(
                Rule.OVER_MAXIMUM,
                () -> "replica %d %s, and %s are more than the limit of %d"
                        .formatted(
                                replica.ordinal(),
                                replica.busy() ? "finishes what it runs" : "is idle",
                                replicas(pool.serving().size()),
                                pool.limits().max()));
    }

    static Reason replace(PoolSnapshot pool, ReplicaSnapshot worn, Instant now) {
        return new Reason(
                Rule.RECYCLE,
                () -> "replica %d %s: its replacement comes up before it goes"
                        .formatted(worn.ordinal(), mark(pool.limits().recycling(), worn, now)));
    }

    static Reason recycle(PoolSnapshot pool, ReplicaSnapshot worn, Instant now) {
        return new Reason(
                Rule.RECYCLE,
                () -> "replica %d %s: the others are ready, it gets nothing new and goes"
                        .formatted(worn.ordinal(), mark(pool.limits().recycling(), worn, now)));
    }

    private static String mark(Recycling marks, ReplicaSnapshot worn, Instant now) {
        Instant up = worn.readyAt();
        if (marks.executions() != null && worn.executed() >= marks.executions()) {
            return "has served %d executions (mark %d)".formatted(worn.executed(), marks.executions());
        }
        if (marks.age() != null && up != null && !now.isBefore(up.plus(marks.age()))) {
            return "has been up for %s (mark %s)".formatted(seconds(Duration.between(up, now)), seconds(marks.age()));
        }
        if (marks.heapBytes() != null && worn.heapBytes() >= marks.heapBytes()) {
            return "holds %d MiB of live heap (mark %d MiB)".formatted(worn.heapBytes() >> 20, marks.heapBytes() >> 20);
        }
        return "holds %d MiB of memory (mark %d MiB)"
                .formatted(worn.rssBytes() >> 20, marks.rssBytes() == null ? 0 : marks.rssBytes() >> 20);
    }

    static Reason patience(PoolSnapshot pool) {
        return new Reason(
                Rule.PATIENCE,
                () -> "%s and %d running will be worked off by %s before another could come up"
                        .formatted(
                                queued(pool),
                                pool.running(),
                                replicas(pool.serving().size())));
    }

    static Reason overflow(PoolSnapshot pool) {
        return new Reason(
                Rule.OVERFLOW,
                () -> "all %s wait for their children, of which %s: one more than the limit is started"
                        .formatted(replicas(pool.replicas().size()), queued(pool)));
    }

    static Reason lent(PoolSnapshot pool) {
        return new Reason(
                Rule.OVERFLOW,
                () ->
                        "%s, nothing serves, and the server is full; but parents wait for children in %s: one more than the limit is started"
                                .formatted(queued(pool), counted(pool.room().lent(), "draining replica")));
    }

    static Reason giveUp(PoolSnapshot pool) {
        return new Reason(
                Rule.GIVE_UP,
                () -> "no replica came up in %s in a row%s: the waiting actions fail"
                        .formatted(counted(pool.failures().count(), "start"), lastOutput(pool)));
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
    static String bound(PoolSnapshot pool, int got, int wanted) {
        int missing = wanted - pool.serving().size();
        int draining = pool.replicas().size() - pool.serving().size();
        if (got >= wanted) {
            return "";
        }
        if (pool.room().free() < missing) {
            return "; the server's limit of %s leaves room for %d"
                    .formatted(replicas(pool.room().limit()), pool.room().free());
        }
        return draining == 0
                ? ""
                : "; %s, with those that serve twice the limit".formatted(counted(draining, "replica") + " drain");
    }

    private static String lastOutput(PoolSnapshot pool) {
        String reason = pool.failures().lastReason();
        return reason == null ? "" : " (" + reason + ")";
    }

    private static String queued(PoolSnapshot pool) {
        int queued = pool.condition().queued();
        return queued == pool.limits().countedQueue() ? "more than " + (queued - 1) + " queued" : queued + " queued";
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
