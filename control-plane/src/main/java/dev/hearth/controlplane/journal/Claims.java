package dev.hearth.controlplane.journal;

import static java.util.Objects.requireNonNull;

import dev.hearth.controlplane.journal.Fronts.Front;
import dev.hearth.controlplane.journal.Fronts.Place;
import dev.hearth.controlplane.journal.Shares.Owed;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.controlplane.scheduling.Slot;
import dev.hearth.controlplane.scheduling.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Gives slots to queues in the order that is promised: priority, then depth, then fair turns. One statement as a rule; another for
 * slots that are due to those behind children, for slots for children only, and for those that found nothing where the queue was
 * left. Owned by the journal's thread.
 */
@Component
final class Claims {
    private final ClaimStore store;
    private final Fronts fronts = new Fronts();
    private final Shares shares = new Shares();

    Claims(ClaimStore store) {
        this.store = store;
    }

    List<ClaimedAction> claim(List<Slot> offered, Dispatcher dispatcher, Instant now) {
        if (offered.isEmpty()) {
            return List.of();
        }
        Round round = new Round(offered, now);
        round.giveWhatIsDue(dispatcher);
        round.giveToChildren();
        round.giveFromTheFronts();
        round.giveTheRest();
        round.claimed.forEach(action -> shares.served(round.poolOf(action), action));
        return round.claimed;
    }

    /**
     * A new action stands in the queue.
     *
     * @param lowest the lowest turn that it may have
     */
    void queued(long pool, int priority, long lowest) {
        fronts.queued(pool, priority, lowest);
        shares.queued(pool, priority, Turn.depth(lowest));
    }

    /** An action went back to its old place in the queue. */
    void requeued(long pool) {
        fronts.requeued(pool);
        shares.requeued(pool);
    }

    /** What was thought to be claimed may not be. */
    void forget() {
        fronts.forget();
    }

    /** The slots of one transaction, as far as they are not taken yet. */
    private final class Round {
        private final Instant now;
        private final Map<Long, Long> pools;
        private final List<Slot> left;
        private final List<ClaimedAction> claimed = new ArrayList<>();

        Round(List<Slot> offered, Instant now) {
            this.now = now;
            this.left = new ArrayList<>(offered);
            this.pools = offered.stream().collect(Collectors.toMap(Slot::replica, Slot::pool, (first, again) -> first));
        }

        long poolOf(ClaimedAction action) {
            return pools.getOrDefault(action.replica(), 0L);
        }

        /** Those behind children, where their share is due. */
        void giveWhatIsDue(Dispatcher dispatcher) {
            Map<Long, Owed> due = new HashMap<>();
            pools.values().stream().distinct().forEach(pool -> {
                Owed owed = shares.owed(pool, () -> dispatcher.parked(pool), now.toEpochMilli());
                if (owed != null) {
                    due.put(pool, owed);
                }
            });
            if (due.isEmpty()) {
                return;
            }
            Map<Long, Integer> slots = new HashMap<>();
            due.forEach((pool, owed) -> slots.put(pool, owed.slots()));
            List<Slot> theirs = left.stream()
                    .filter(slot -> !slot.childrenOnly() && slots.merge(slot.pool(), -1, Integer::sum) >= 0)
                    .toList();
            Map<Long, Front> from = new HashMap<>();
            theirs.forEach(slot -> from.computeIfAbsent(slot.pool(), pool -> {
                Owed owed = requireNonNull(due.get(pool));
                return new Front(owed.priority(), Place.BEHIND_CHILDREN, new Place(owed.from(), 0));
            }));
            if (!theirs.isEmpty()) {
                List<ClaimedAction> taken = take(store.claimBehind(from, theirs, now));
                from.keySet()
                        .forEach(pool -> shares.offered(
                                pool,
                                requireNonNull(due.get(pool)),
                                taken.stream().anyMatch(action -> poolOf(action) == pool),
                                now.toEpochMilli()));
            }
        }

        void giveToChildren() {
            List<Slot> theirs = left.stream().filter(Slot::childrenOnly).toList();
            if (!theirs.isEmpty()) {
                take(store.claimChildren(theirs, now));
                left.removeIf(Slot::childrenOnly);
            }
        }

        void giveFromTheFronts() {
            Map<Long, Front> known = new HashMap<>();
            left.stream().map(Slot::pool).distinct().forEach(pool -> {
                Front front = fronts.of(pool, now);
                if (front != null) {
                    known.put(pool, front);
                }
            });
            if (!known.isEmpty()) {
                List<Slot> behind = left.stream()
                        .filter(slot -> known.containsKey(slot.pool()))
                        .toList();
                follow(take(store.claimBehind(known, behind, now)));
            }
        }

        /** What finds nothing behind the fronts is offered to the whole of the queues. */
        void giveTheRest() {
            if (!left.isEmpty()) {
                follow(take(store.claim(List.copyOf(left), now)));
            }
        }

        private List<ClaimedAction> take(List<ClaimedAction> taken) {
            Map<Long, Integer> used = new HashMap<>();
            taken.forEach(action -> used.merge(action.replica(), 1, Integer::sum));
            left.removeIf(slot -> used.merge(slot.replica(), -1, Integer::sum) >= 0);
            claimed.addAll(taken);
            return taken;
        }

        private void follow(List<ClaimedAction> taken) {
            taken.stream()
                    .collect(Collectors.groupingBy(this::poolOf))
                    .forEach((pool, actions) -> fronts.claimed(pool, actions, now));
        }
    }
}
