package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.scaling.Decision.GiveUp;
import dev.hearth.controlplane.scaling.Decision.Hold;
import dev.hearth.controlplane.scaling.Decision.Start;
import dev.hearth.controlplane.scaling.Decision.StopAll;
import dev.hearth.controlplane.scaling.Decision.StopOne;
import dev.hearth.model.PoolState;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Decides how many replicas a pool should have: a function of what is and of the time, nothing else. */
final class ScalingPolicy {
    private final int startFailuresLimit;

    /** @param startFailuresLimit consecutive failed starts after which the waiting actions fail */
    ScalingPolicy(int startFailuresLimit) {
        this.startFailuresLimit = startFailuresLimit;
    }

    Decision decide(PoolSnapshot pool, Instant now) {
        return pool.hasLiveActions() ? work(pool, now) : rest(pool, now);
    }

    private Decision work(PoolSnapshot pool, Instant now) {
        if (isHopeless(pool, now)) {
            return new GiveUp(0, 0, Reasons.giveUp(pool));
        }
        return adjust(pool, Reasons.demand(pool), now);
    }

    /** Nothing waits, runs or is parked. */
    private static Decision rest(PoolSnapshot pool, Instant now) {
        int serving = pool.serving().size();
        boolean cold = pool.condition().state() == PoolState.COLD && serving == 0;
        boolean alwaysOn = pool.limits().idleTtl() == null;
        if (cold && (pool.ending() || !alwaysOn)) {
            return new Hold(0, 0, "cold, and nothing waits");
        }
        Instant coldAt = Countdowns.of(pool, now).coldAt();
        if (coldAt != null && !now.isBefore(coldAt)) {
            String reason = Reasons.cold(pool);
            return serving == 0 ? new Hold(0, 0, reason) : new StopAll(serving, 0, pool.serving(), reason);
        }
        return adjust(pool, Reasons.keep(pool), now);
    }

    private static Decision adjust(PoolSnapshot pool, String why, Instant now) {
        int serving = pool.serving().size();
        if (serving < pool.wanted()) {
            return start(pool, why, now);
        }
        return Countdowns.of(pool, now)
                .next()
                .filter(departure -> !departure.at().isAfter(now))
                .<Decision>map(departure -> new StopOne(
                        serving, serving - 1, departure.replica(), Reasons.scaleDown(pool, departure.replica())))
                .orElseGet(() -> new Hold(serving, serving, why));
    }

    private static Decision start(PoolSnapshot pool, String why, Instant now) {
        int serving = pool.serving().size();
        int wanted = pool.wanted();
        boolean probing = pool.failures().count() > 0;
        if (probing && (pool.failures().backsOff(now) || pool.someBooting())) {
            return new Hold(serving, wanted, why + Reasons.backOff(pool));
        }
        // Draining replicas still hold their memory: they count against the limits until they have gone.
        int places = pool.ceiling() - pool.replicas().size();
        int count = Math.min(wanted - serving, Math.min(places, pool.room().free()));
        if (count <= 0) {
            return new Hold(serving, wanted, why + Reasons.bound(pool, serving));
        }
        int started = probing ? 1 : count;
        String limited = probing ? Reasons.probe(pool) : Reasons.bound(pool, serving + count);
        return new Start(serving, serving + started, freeOrdinals(pool, started), why + limited);
    }

    /** Starts have failed too often, the last one just now, and nothing is there or under way that could serve. */
    private boolean isHopeless(PoolSnapshot pool, Instant now) {
        return pool.failures().count() >= startFailuresLimit
                && pool.failures().backsOff(now)
                && pool.condition().queued() > 0
                && pool.replicas().isEmpty();
    }

    private static List<Integer> freeOrdinals(PoolSnapshot pool, int count) {
        Set<Integer> taken =
                pool.replicas().stream().map(ReplicaSnapshot::ordinal).collect(Collectors.toSet());
        return IntStream.iterate(1, ordinal -> ordinal + 1)
                .filter(ordinal -> !taken.contains(ordinal))
                .limit(count)
                .boxed()
                .toList();
    }
}
