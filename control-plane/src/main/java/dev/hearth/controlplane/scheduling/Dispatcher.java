package dev.hearth.controlplane.scheduling;

import dev.hearth.controlplane.scheduling.Routing.Room;
import dev.hearth.controlplane.signals.News;
import dev.hearth.controlplane.signals.Signals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Knows the replicas that are connected here and offers their free slots to the queue. It owns no truth: the claim in the
 * database decides. Replicas come and go on any thread; slots are offered by the journal's thread alone, which is why no
 * slot can be offered twice.
 */
@Component
public final class Dispatcher {
    /** A burst under way asks for replicas at most this often; the autoscaler's own tick serves the rest. */
    private static final Duration LEAST_BETWEEN_CALLS_FOR_MORE = Duration.ofMillis(250);

    /** Slots offered in one claim: keeps one transaction short while thousands wait. */
    private static final int MOST_IN_ONE_CLAIM = 1_000;

    private final Map<Long, ConnectedReplica> connected = new ConcurrentHashMap<>();
    private final Map<Long, Integer> waiting = new HashMap<>();
    /** Pools whose queue has grown since the last claim. */
    private final Set<Long> grown = new HashSet<>();

    private final Signals signals;
    private final Clock clock;
    private final Map<Long, Instant> lastCalls = new HashMap<>();

    Dispatcher(Signals signals, Clock clock) {
        this.signals = signals;
        this.clock = clock;
    }

    public void connect(ConnectedReplica replica) {
        connected.put(replica.id(), replica);
    }

    /** Forgets this connection, unless a newer one of the same replica has taken its place. */
    public void disconnect(ConnectedReplica replica) {
        connected.remove(replica.id(), replica);
    }

    /** Journal's thread: {@code count} actions were put in a pool's queue. */
    public void queued(long pool, int count) {
        waiting.merge(pool, count, Dispatcher::plus);
        grown.add(pool);
    }

    /** Journal's thread: look at every pool that has a replica here, whatever is known of its queue. */
    public void lookEverywhere() {
        connected.values().forEach(replica -> waiting.put(replica.pool(), Integer.MAX_VALUE));
    }

    /** Journal's thread: the free slots for what is known to wait. */
    public List<Slot> offer() {
        List<Slot> offered = new ArrayList<>();
        if (waiting.isEmpty()) {
            return offered;
        }
        Map<Long, List<ConnectedReplica>> pools = connected.values().stream()
                .filter(replica -> waiting.containsKey(replica.pool()))
                .collect(Collectors.groupingBy(ConnectedReplica::pool));
        pools.forEach((pool, replicas) -> {
            List<Room> rooms = replicas.stream()
                    .map(replica -> new Room(replica.id(), replica.ordinal(), replica.freeSlots()))
                    .toList();
            int wanted = Math.min(waiting.getOrDefault(pool, 0), MOST_IN_ONE_CLAIM);
            List<Long> chosen =
                    Routing.choose(rooms, wanted, replicas.getFirst().elastic());
            Set<Long> full = replicas.stream()
                    .filter(replica -> !replica.takesRoots())
                    .map(ConnectedReplica::id)
                    .collect(Collectors.toSet());
            for (int rank = 1; rank <= chosen.size(); rank++) {
                long replica = chosen.get(rank - 1);
                offered.add(new Slot(pool, rank, replica, full.contains(replica)));
            }
        });
        return offered;
    }

    /** Journal's thread: executions that wait for children in the replicas of this pool that are connected here. */
    public int parked(long pool) {
        return connected.values().stream()
                .filter(replica -> replica.pool() == pool)
                .mapToInt(ConnectedReplica::parked)
                .sum();
    }

    /** Journal's thread, after the commit: hands the claimed actions to their replicas and learns what still waits. */
    public void claimed(List<Slot> offered, List<ClaimedAction> claimed) {
        Map<Long, Long> poolOf = new HashMap<>();
        offered.forEach(slot -> poolOf.put(slot.replica(), slot.pool()));
        Map<Long, Integer> taken = new HashMap<>();
        for (ClaimedAction action : claimed) {
            taken.merge(action.replica(), 1, Integer::sum);
            waiting.computeIfPresent(
                    poolOf.get(action.replica()),
                    (id, count) -> count == Integer.MAX_VALUE ? count : Math.max(0, count - 1));
        }
        // A slot that found no action says that the queue is empty, unless it is for children only.
        for (Slot slot : offered) {
            if (taken.merge(slot.replica(), -1, Integer::sum) < 0 && !slot.childrenOnly()) {
                waiting.remove(slot.pool());
            }
        }
        waiting.values().removeIf(count -> count == 0);
        waiting.keySet().forEach(this::callForMore);
        if (grown.stream().anyMatch(waiting::containsKey)) {
            signals.news().tell(News.Kind.QUEUE);
        }
        grown.clear();
        // Without a replica here there is nothing to offer; the pool is looked at again when one connects.
        Set<Long> served =
                connected.values().stream().map(ConnectedReplica::pool).collect(Collectors.toSet());
        waiting.keySet().retainAll(served);
        claimed.stream().collect(Collectors.groupingBy(ClaimedAction::replica)).forEach((id, actions) -> {
            ConnectedReplica replica = connected.get(id);
            if (replica != null) {
                replica.assign(actions);
            }
        });
    }

    /** Journal's thread: the connections of the replicas for which these were claimed. */
    public Set<ConnectedReplica> connected(List<ClaimedAction> claimed) {
        return claimed.stream()
                .map(action -> connected.get(action.replica()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** Journal's thread: these turned out to be stored. Those of a replica that is no longer connected as it was then are left to it. */
    public void claimedAfterAll(List<ClaimedAction> claimed, Set<ConnectedReplica> then) {
        claimed.stream().collect(Collectors.groupingBy(ClaimedAction::replica)).forEach((id, actions) -> {
            ConnectedReplica replica = connected.get(id);
            if (replica != null && then.contains(replica)) {
                replica.assign(actions);
            }
        });
    }

    /** Tells the autoscaler, after the commit that it should see, that a pool has more work than slots. */
    private void callForMore(long pool) {
        Instant now = clock.instant();
        if (lastCalls.getOrDefault(pool, Instant.MIN).isBefore(now.minus(LEAST_BETWEEN_CALLS_FOR_MORE))) {
            lastCalls.put(pool, now);
            signals.scaling().pool(pool);
        }
    }

    private static Integer plus(Integer known, Integer more) {
        return known == Integer.MAX_VALUE ? known : Integer.valueOf(known + more);
    }
}
