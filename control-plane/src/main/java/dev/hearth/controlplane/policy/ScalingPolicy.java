package dev.hearth.controlplane.policy;

import dev.hearth.controlplane.policy.Decision.Drain;
import dev.hearth.controlplane.policy.Decision.GiveUp;
import dev.hearth.controlplane.policy.Decision.Hold;
import dev.hearth.controlplane.policy.Decision.Start;
import dev.hearth.controlplane.policy.Decision.StopAll;
import dev.hearth.controlplane.policy.Decision.StopOne;
import dev.hearth.model.PoolState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Decides how many replicas a pool should have: a function of what is and of the time, nothing else. */
public final class ScalingPolicy {
    private final int startFailuresLimit;
    private final boolean patient;

    /**
     * @param startFailuresLimit consecutive failed starts after which the waiting actions fail
     * @param patient starts no replica for a queue that will be worked off before the replica could be up
     */
    public ScalingPolicy(int startFailuresLimit, boolean patient) {
        this.startFailuresLimit = startFailuresLimit;
        this.patient = patient;
    }

    public Decision decide(PoolSnapshot pool, Instant now) {
        return pool.hasLiveActions() ? work(pool, now) : rest(pool, now);
    }

    private Decision work(PoolSnapshot pool, Instant now) {
        if (isHopeless(pool, now)) {
            return new GiveUp(0, 0, Reasons.giveUp(pool));
        }
        return adjust(pool, Reasons.demand(pool), now);
    }

    /** Nothing waits, runs or is parked. */
    private Decision rest(PoolSnapshot pool, Instant now) {
        int serving = pool.serving().size();
        boolean cold = pool.condition().state() == PoolState.COLD && serving == 0;
        boolean alwaysOn = pool.limits().idleTtl() == null;
        if (cold && (pool.ending() || !(alwaysOn || pool.condition().warmAsked()))) {
            return new Hold(0, 0, Reasons.COLD);
        }
        Instant coldAt = Countdowns.of(pool, now).coldAt();
        if (coldAt != null && !now.isBefore(coldAt)) {
            Reason why = Reasons.cold(pool);
            return serving == 0 ? new Hold(0, 0, why) : new StopAll(serving, 0, pool.serving(), why);
        }
        return adjust(pool, Reasons.keep(pool), now);
    }

    private Decision adjust(PoolSnapshot pool, Reason why, Instant now) {
        int serving = pool.serving().size();
        if (serving < pool.wanted()) {
            return grow(pool, why, now);
        }
        List<ReplicaSnapshot> worn = pool.worn(now);
        return worn.isEmpty() ? shrink(pool, why, now) : recycle(pool, worn.getFirst(), why, now);
    }

    private static Decision shrink(PoolSnapshot pool, Reason why, Instant now) {
        int serving = pool.serving().size();
        return Countdowns.of(pool, now)
                .next()
                .filter(departure -> !departure.at().isAfter(now))
                .<Decision>map(departure -> new StopOne(
                        serving, serving - 1, departure.replica(), Reasons.scaleDown(pool, departure.replica(), now)))
                .orElseGet(() -> pool.overfull(now) ? shed(pool) : new Hold(serving, serving, why));
    }

    /** All are busy, and more than the maximum: waiting for an idle one could take for ever. */
    private static Decision shed(PoolSnapshot pool) {
        int serving = pool.serving().size();
        ReplicaSnapshot highest = pool.serving().stream()
                .max(Comparator.comparingInt(ReplicaSnapshot::ordinal))
                .orElseThrow();
        return new Drain(serving, serving - 1, highest, Reasons.overMaximum(pool, highest));
    }

    /** The replacement comes first, above the maximum if need be; once all are ready, the worn one is given nothing new. */
    private Decision recycle(PoolSnapshot pool, ReplicaSnapshot worn, Reason why, Instant now) {
        int serving = pool.serving().size();
        if (pool.ready() > pool.wanted()) {
            return new Drain(serving, serving - 1, worn, Reasons.recycle(pool, worn, now));
        }
        boolean replacementIsComing = serving > pool.wanted();
        if (replacementIsComing || pool.replicas().size() > pool.ceiling()) {
            return new Hold(serving, serving, why);
        }
        return start(pool, 1, pool.ceiling() + 1, Reasons.replace(pool, worn, now), now);
    }

    /** Up at once, and by as much as the demand needs. */
    private Decision grow(PoolSnapshot pool, Reason why, Instant now) {
        int serving = pool.serving().size();
        int wanted = patient ? patientlyWanted(pool) : pool.wanted();
        if (wanted <= serving) {
            return new Hold(serving, serving, Reasons.patience(pool));
        }
        if (pool.stuck()
                && pool.replicas().size()
                        >= Math.min(pool.ceiling(), pool.room().limit())) {
            return new Start(serving, serving + 1, freeOrdinals(pool, 1), Reasons.overflow(pool));
        }
        if (serving == 0
                && pool.condition().queued() > 0
                && pool.room().lends()
                && pool.failures().count() == 0) {
            return new Start(0, 1, freeOrdinals(pool, 1), Reasons.lent(pool));
        }
        return start(pool, wanted - serving, pool.ceiling(), why, now);
    }

    /**
     * What will still be there when a replica that is requested now comes up. E.g. two replicas of one slot, a cold start of
     * 3 s and executions of 100 ms: they work off 60 meanwhile, so a queue of 50 starts none, and one of 63 starts one.
     */
    private static int patientlyWanted(PoolSnapshot pool) {
        Duration coldStart = pool.pace().coldStart();
        Duration service = pool.pace().service();
        int serving = pool.serving().size();
        if (serving == 0
                || coldStart == null
                || service == null
                || pool.limits().singleUse()) {
            return pool.wanted();
        }
        double turns = (double) coldStart.toNanos() / Math.max(1, service.toNanos());
        double done = serving * pool.limits().concurrency() * turns;
        double left = Math.max(0, pool.running() + pool.condition().queued() - done);
        int needed =
                (int) Math.min(pool.wanted(), Math.ceil(left / pool.limits().concurrency()));
        return Math.max(pool.floor(), Math.max(serving, needed));
    }

    private static Decision start(PoolSnapshot pool, int missing, int ceiling, Reason why, Instant now) {
        int serving = pool.serving().size();
        int wanted = serving + missing;
        boolean probing = pool.failures().count() > 0;
        if (probing && (pool.failures().backsOff(now) || pool.someBooting())) {
            return new Hold(serving, wanted, why.under(Rule.START_BACK_OFF).and(() -> Reasons.backOff(pool)));
        }
        int places = pool.places(ceiling);
        int count = Math.min(missing, Math.min(places, pool.room().free()));
        if (count <= 0) {
            Rule rule = pool.room().free() < Math.min(missing, places) ? Rule.SERVER_LIMIT : why.rule();
            return new Hold(serving, wanted, why.under(rule).and(() -> Reasons.bound(pool, serving, wanted)));
        }
        int started = probing ? 1 : count;
        return new Start(
                serving,
                serving + started,
                freeOrdinals(pool, started),
                why.and(() -> probing ? Reasons.probe(pool) : Reasons.bound(pool, serving + count, wanted)));
    }

    /** Starts have failed too often, the last one just now, and nothing is there or under way that could serve. */
    private boolean isHopeless(PoolSnapshot pool, Instant now) {
        return pool.failures().broken() >= startFailuresLimit
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
