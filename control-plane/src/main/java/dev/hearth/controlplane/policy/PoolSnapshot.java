package dev.hearth.controlplane.policy;

import dev.hearth.model.ReplicaPhase;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * All that a scaling decision depends on, apart from the time. Stored with each decision as its inputs.
 *
 * @param replicas live ones: requested, starting, ready or draining
 */
public record PoolSnapshot(
        long id,
        String environment,
        PoolLimits limits,
        PoolCondition condition,
        List<ReplicaSnapshot> replicas,
        StartFailures failures,
        Pace pace,
        ServerRoom room) {

    public PoolSnapshot {
        replicas = List.copyOf(replicas);
    }

    /** The same moment under other limits. */
    public PoolSnapshot under(PoolLimits others) {
        return new PoolSnapshot(id, environment, others, condition, replicas, failures, pace, room);
    }

    public List<ReplicaSnapshot> serving() {
        return replicas.stream().filter(ReplicaSnapshot::serves).toList();
    }

    public int ready() {
        return (int) replicas.stream()
                .filter(replica -> replica.phase() == ReplicaPhase.READY)
                .count();
    }

    boolean someBooting() {
        return replicas.stream().anyMatch(ReplicaSnapshot::booting);
    }

    /** Executions that hold a slot of a replica that stays. Those on draining replicas need no place any more. */
    public int running() {
        return sum(serving(), ReplicaSnapshot::running);
    }

    /** Something waits, runs, or is parked: the pool is not idle. */
    public boolean hasLiveActions() {
        return condition.queued() > 0 || replicas.stream().anyMatch(ReplicaSnapshot::busy);
    }

    /** No new runs come: it serves what it has and goes. */
    public boolean ending() {
        return condition.draining() || condition.runEnded();
    }

    /** What is kept warm while the pool is in use. */
    public int floor() {
        return ending() ? 0 : limits.min();
    }

    /** Replicas that the demand needs, whatever the limits: executions that hold a slot plus those that wait for one. */
    public int needed() {
        if (limits.singleUse()) {
            // Used ones stand until they have gone; each waiting action needs a fresh one of its own.
            long fresh = serving().stream().filter(ReplicaSnapshot::fresh).count();
            return serving().size() - (int) fresh + condition.queued();
        }
        return Math.ceilDiv(running() + condition.queued(), limits.concurrency());
    }

    /** Replicas that should serve now. */
    public int wanted() {
        int wanted = Math.max(condition.warmAsked() && !ending() ? Math.max(1, floor()) : floor(), needed());
        return limits.singleUse() ? wanted : Math.min(limits.max(), wanted);
    }

    /** Its maximum was lowered below what it has. While a worn replica is replaced there may be one more. */
    boolean overfull(Instant now) {
        return !limits.singleUse()
                && serving().size() > limits.max() + (worn(now).isEmpty() ? 0 : 1);
    }

    /** Serving replicas that have reached a mark, the longest up first. */
    List<ReplicaSnapshot> worn(Instant now) {
        return limits.recycling().none() || limits.singleUse()
                ? List.of()
                : serving().stream()
                        .filter(replica -> replica.worn(limits.recycling(), now))
                        .sorted(Comparator.comparing(ReplicaSnapshot::requestedAt))
                        .toList();
    }

    /** Something waits, and all that could run it are single-use replicas that wait themselves. */
    boolean stuck() {
        return limits.singleUse()
                && condition.queued() > 0
                && !replicas.isEmpty()
                && replicas.stream().allMatch(replica -> replica.parked() > 0 && replica.running() == 0);
    }

    /**
     * The most replicas that this pool may have now. A single-use replica whose execution only waits for children does not
     * count, like a parked parent holds no slot elsewhere: else parents could take every place from their children.
     */
    public int ceiling() {
        return limits.singleUse() ? limits.max() + (int) waitingParents() : limits.max();
    }

    /**
     * Replicas that may be started. What drains holds no place that work needs: a replacement comes at once, else ten tasks of 5 ms
     * wait for the eight minutes that one which ignores its timeout goes on. But those that drain still hold their memory, so all
     * together are never more than twice the ceiling. A single-use replica that has served is gone in a moment and keeps its place.
     */
    int places(int ceiling) {
        long holding = replicas.stream()
                .filter(replica -> replica.serves() || (limits.singleUse() && !replica.busy()))
                .count();
        return Math.min(ceiling - (int) holding, 2 * ceiling - replicas.size());
    }

    private long waitingParents() {
        return replicas.stream()
                .filter(replica -> replica.parked() > 0 && replica.running() == 0)
                .count();
    }

    /** The time from which idleness counts. */
    public Instant lastActive(Instant now) {
        if (hasLiveActions()) {
            return now;
        }
        Stream<Instant> ends = replicas.stream().flatMap(replica -> Stream.ofNullable(replica.lastBusyAt()));
        // A pool that came up without demand (always on) has been idle since its first replica was wanted.
        return Stream.concat(ends, Stream.ofNullable(condition.activeAt()))
                .max(Comparator.naturalOrder())
                .orElseGet(() -> replicas.stream()
                        .map(ReplicaSnapshot::requestedAt)
                        .min(Comparator.naturalOrder())
                        .orElse(now));
    }

    private static int sum(List<ReplicaSnapshot> replicas, ToIntFunction<ReplicaSnapshot> part) {
        return replicas.stream().mapToInt(part).sum();
    }
}
