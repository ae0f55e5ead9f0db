package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Turn;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What keeps those who stand behind children from standing there for ever. Children go before roots, and the deeper before the
 * less deep; but when so many of the deepest were served, one slot goes to somebody behind them. With k parents that wait in the
 * pool each of them is served 2k times in between, 32 times at most: next to one large run a new one soon gets a slot, and many
 * large runs end one after the other instead of all at last. Counted for each priority. Memory only, owned by the journal's
 * thread.
 */
final class Shares {
    private static final int LEAST_SERVED = 2;
    private static final int MOST_EACH = 32;
    private static final int MOST_POOLS = 10_000;

    /** After so long another control plane may have queued something. */
    private static final long LOOK_AGAIN_MILLIS = 1_000;

    /**
     * Slots that are due to those behind the deepest.
     *
     * @param from the lowest turn that may have them
     */
    record Owed(int slots, int priority, long from) {}

    /** One priority of a pool. */
    private static final class Level {
        private int deepest;
        private int served;
        private int grants;
        private long emptyUntil;

        /** Whether the next grant is open to all behind the deepest: if nobody takes it, nobody waits there. */
        boolean grantsToAll() {
            return grants % deepest == 0;
        }
    }

    private final Map<Long, NavigableMap<Integer, Level>> pools = new HashMap<>();

    /** An action was given to a slot of this pool. */
    void served(long pool, ClaimedAction action) {
        int depth = action.depth();
        if (depth == 0) {
            NavigableMap<Integer, Level> levels = pools.get(pool);
            if (levels != null) {
                levels.remove(action.priority());
            }
            return;
        }
        if (pools.size() > MOST_POOLS) {
            pools.clear();
        }
        Level level = pools.computeIfAbsent(pool, unknown -> new TreeMap<>(Comparator.reverseOrder()))
                .computeIfAbsent(action.priority(), unknown -> new Level());
        if (level.deepest != depth) {
            level.deepest = depth;
            level.served = 0;
        }
        level.served++;
    }

    /** Something was queued: whether behind the deepest, its depth says. */
    void queued(long pool, int priority, int depth) {
        NavigableMap<Integer, Level> levels = pools.get(pool);
        Level level = levels == null ? null : levels.get(priority);
        if (level != null && depth < level.deepest) {
            level.emptyUntil = 0;
        }
    }

    /** Something of a priority that is not known went back to the queue. */
    void requeued(long pool) {
        NavigableMap<Integer, Level> levels = pools.get(pool);
        if (levels != null) {
            levels.values().forEach(level -> level.emptyUntil = 0);
        }
    }

    /**
     * What is due now; null = nothing. The depths behind the deepest have their turn one after the other.
     *
     * @param parents how many wait for children in this pool
     */
    @Nullable
    Owed owed(long pool, IntSupplier parents, long now) {
        NavigableMap<Integer, Level> levels = pools.get(pool);
        if (levels == null) {
            return null;
        }
        int each = Math.max(1, parents.getAsInt());
        int between = each * Math.min(LEAST_SERVED * each, MOST_EACH);
        return levels.entrySet().stream()
                .filter(entry -> entry.getValue().served >= between && now >= entry.getValue().emptyUntil)
                .findFirst()
                .map(entry -> {
                    Level level = entry.getValue();
                    int depth = level.deepest - 1 - level.grants % level.deepest;
                    return new Owed(level.served / between, entry.getKey(), Turn.first(depth));
                })
                .orElse(null);
    }

    /** What was due has been offered, and something of it taken or not. */
    void offered(long pool, Owed owed, boolean taken, long now) {
        NavigableMap<Integer, Level> levels = pools.get(pool);
        Level level = levels == null ? null : levels.get(owed.priority());
        if (level != null) {
            level.emptyUntil = !taken && level.grantsToAll() ? now + LOOK_AGAIN_MILLIS : 0;
            level.served = 0;
            level.grants++;
        }
    }
}
