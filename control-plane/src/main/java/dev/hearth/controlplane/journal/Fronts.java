package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the queue of each pool was left by the last claim, its children and its roots apart. The entries of what was claimed before
 * stay in the index until they are vacuumed; a claim that begins behind them does not read hundreds of pages of them again. A front
 * never hides what this control plane has queued, and what others have queued only for a moment. Memory only, owned by the
 * journal's thread.
 */
final class Fronts {
    /** By then a claim reads its queue from the beginning: others may have queued something there, or a back-off is over. */
    static final Duration TRUSTED_FOR = Duration.ofMillis(100);

    private static final int MOST_POOLS = 10_000;

    /** The last that was claimed: those to be claimed stand behind it. */
    record Place(long turn, long id) {
        static final Place BEFORE_CHILDREN = new Place(Long.MIN_VALUE, 0);
        static final Place BEHIND_CHILDREN = new Place(Long.MAX_VALUE, 0);
        static final Place BEFORE_ROOTS = new Place(Turn.first(0), 0);
    }

    /**
     * Where to go on. What is there has the same priority as what was claimed last.
     *
     * @param children {@link Place#BEHIND_CHILDREN} if there were none, and none was queued since
     * @param behind where those begin that follow the children: with the roots, or elsewhere where they have their share
     */
    record Front(int priority, Place children, Place behind) {
        boolean hasChildren() {
            return !children.equals(Place.BEHIND_CHILDREN);
        }

        private Front after(ClaimedAction action) {
            Place place = new Place(action.turn(), action.attempt().action());
            return action.depth() > 0 ? new Front(priority, place, behind) : new Front(priority, children, place);
        }
    }

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
        boolean trusted = of(pool, now) != null;
        int priority = claimed.getLast().priority();
        Front front = trusted && known != null && known.front().priority() == priority
                ? known.front()
                : new Front(priority, children(claimed, priority), Place.BEFORE_ROOTS);
        for (ClaimedAction action : claimed) {
            if (action.priority() == priority) {
                front = front.after(action);
            }
        }
        Instant until = trusted && known != null ? known.until() : now.plus(TRUSTED_FOR);
        if (fronts.size() >= MOST_POOLS) {
            fronts.clear();
        }
        fronts.put(pool, new Known(front, until));
    }

    /** A root that was claimed from the beginning of the queue had no child before it. */
    private static Place children(List<ClaimedAction> claimed, int priority) {
        boolean hasRoot = claimed.stream().anyMatch(action -> action.priority() == priority && action.depth() == 0);
        return hasRoot ? Place.BEHIND_CHILDREN : Place.BEFORE_CHILDREN;
    }

    /**
     * A new action was queued. Its fair turn is none that is over and its id is the highest, so only its priority or its depth can
     * put it before the front.
     *
     * @param lowest the lowest turn that it may have
     */
    void queued(long pool, int priority, long lowest) {
        Known known = fronts.get(pool);
        if (known == null) {
            return;
        }
        Front front = known.front();
        int depth = Turn.depth(lowest);
        if (priority > front.priority()) {
            fronts.remove(pool);
        } else if (depth > 0
                && (!front.hasChildren() || depth > Turn.depth(front.children().turn()))) {
            fronts.put(
                    pool, new Known(new Front(front.priority(), new Place(lowest, 0), front.behind()), known.until()));
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
