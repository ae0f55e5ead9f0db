package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.ClaimedAction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the queue of each pool was left by the last claim. The entries of what was claimed before stay in the index until they
 * are vacuumed; a claim that begins behind them does not read hundreds of pages of them again. A front never hides what this
 * control plane has queued, and what others have queued only for a moment. Memory only, owned by the journal's thread.
 */
final class Fronts {
    /** By then a claim reads its queue from the beginning: others may have queued something there, or a back-off is over. */
    static final Duration TRUSTED_FOR = Duration.ofMillis(100);

    private static final int MOST_POOLS = 10_000;

    /** The last that was claimed: what comes after it in the order of the queue has the same priority. */
    record Front(int priority, long turn, long id) {}

    private record Known(Front front, Instant until) {}

    private final Map<Long, Known> fronts = new HashMap<>();

    /** Null when the queue is to be read from its beginning. */
    @Nullable
    Front of(long pool, Instant now) {
        Known known = fronts.get(pool);
        return known != null && now.isBefore(known.until()) ? known.front() : null;
    }

    /** Actions were claimed from one pool, in this order, from its beginning or from its front on. */
    void claimed(long pool, List<ClaimedAction> claimed, Instant now) {
        Known known = fronts.get(pool);
        ClaimedAction last = claimed.getLast();
        Front front = new Front(last.priority(), last.turn(), last.attempt().action());
        Instant until = of(pool, now) == null || known == null ? now.plus(TRUSTED_FOR) : known.until();
        if (fronts.size() >= MOST_POOLS) {
            fronts.clear();
        }
        fronts.put(pool, new Known(front, until));
    }

    /** A new action was queued. Its turn is none that is over and its id is the highest, so only its priority can put it before the front. */
    void queued(long pool, int priority) {
        Known known = fronts.get(pool);
        if (known != null && priority > known.front().priority()) {
            fronts.remove(pool);
        }
    }

    /** An action went back to its old place in the queue. */
    void requeued(long pool) {
        fronts.remove(pool);
    }

    /** What was thought to be claimed may not be. */
    void forget() {
        fronts.clear();
    }
}
