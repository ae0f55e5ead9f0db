package dev.hearth.controlplane.policy;

import dev.hearth.model.PoolState;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two clocks of a pool, for the policy that acts on them and for the pages that show them.
 *
 * @param coldAt when the whole pool stops if nothing happens; null while it works, is cold or is always on
 * @param next the replica that goes before the others if nothing happens, and when
 */
public record Countdowns(@Nullable Instant coldAt, Optional<Departure> next) {

    /** A replica and the time at which it may go. */
    public record Departure(ReplicaSnapshot replica, Instant at) {}

    public static Countdowns of(PoolSnapshot pool, Instant now) {
        return new Countdowns(coldAt(pool, now), next(pool, now));
    }

    /** When this replica stops if nothing happens; null while it is not due. */
    public @Nullable Instant stopsAt(long replicaId) {
        Optional<Instant> own =
                next.filter(departure -> departure.replica().id() == replicaId).map(Departure::at);
        return own.filter(at -> coldAt == null || at.isBefore(coldAt)).orElse(coldAt);
    }

    private static @Nullable Instant coldAt(PoolSnapshot pool, Instant now) {
        boolean cold =
                pool.condition().state() == PoolState.COLD && pool.serving().isEmpty();
        if (cold || pool.hasLiveActions()) {
            return null;
        }
        if (pool.ending()) {
            return now;
        }
        return pool.limits().idleTtl() == null
                ? null
                : pool.lastActive(now).plus(pool.limits().idleTtl());
    }

    /**
     * Above the floor the highest ordinal that is idle goes once it has been idle for scaledown_ttl, one replica in a
     * scaledown_ttl. E.g. replicas 1 to 3, floor 1, ttl 30 s, 3 idle since 12:00:10, 2 since 12:00:00: 3 goes at 12:00:40,
     * 2 at 12:01:10. Work goes to the lowest ordinals first, so the highest is the one that rests longest.
     */
    private static Optional<Departure> next(PoolSnapshot pool, Instant now) {
        if (pool.serving().size() <= pool.wanted()) {
            return Optional.empty();
        }
        return pool.serving().stream()
                .filter(replica -> !replica.busy())
                .max(Comparator.comparingInt(ReplicaSnapshot::ordinal))
                .map(highest -> new Departure(highest, dueAt(pool, highest, now)));
    }

    private static Instant dueAt(PoolSnapshot pool, ReplicaSnapshot replica, Instant now) {
        // A TTL keeps what may be needed again. Above a lowered maximum, or where no new work comes, nothing will be.
        if (pool.overfull(now) || pool.ending()) {
            return replica.idleSince();
        }
        Instant idleEnough = replica.idleSince().plus(pool.limits().scaledownTtl());
        Instant last = pool.condition().scaledDownAt();
        Instant turn = last == null ? idleEnough : last.plus(pool.limits().scaledownTtl());
        return turn.isAfter(idleEnough) ? turn : idleEnough;
    }
}
