package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.Turn;
import java.util.HashMap;
import java.util.Map;

/**
 * Fair share between the runs of a pool (start-time fair queueing). Every queued action gets a turn, and lower turns go first.
 * The n-th child of a run that waits gets the n-th turn from now, a new run the turn of now: a run of one goes before the rest
 * of a run of a hundred thousand. Children stand before roots, and the deeper before the less deep: see {@link Turn}. The turn of now is the highest that was served, and also moves on by itself with what is
 * served, so that a steady flow of new runs cannot hold up a large one for ever. Memory only, owned by the journal's thread;
 * what is forgotten costs fairness for a moment, nothing else.
 */
final class Turns {
    /** So many are served at most before an older, larger run is served again. */
    static final int SERVED_IN_A_TURN = 64;

    private static final int MOST_POOLS = 10_000;
    private static final int MOST_RUNS = 4_096;

    private static final class Pool {
        private long now;
        private int served;
        private long readAt = Long.MIN_VALUE;
        private final Map<String, Long> last = new HashMap<>();
    }

    private final Map<Long, Pool> pools = new HashMap<>();

    /** Whether the head of this pool's queue was not read since then: other control planes serve it too. */
    boolean isStale(long pool, long bound) {
        return pool(pool).readAt < bound;
    }

    /** The lowest turn in the queue, as it was read. */
    void head(long pool, long turn, long readAt) {
        Pool known = pool(pool);
        known.now = Math.max(known.now, Turn.fair(turn));
        known.readAt = readAt;
    }

    long ofRun(long pool) {
        return pool(pool).now;
    }

    /** @param depth how many parents it has */
    long ofChild(long pool, String run, int depth) {
        Pool known = pool(pool);
        long turn = Math.max(known.now, known.last.getOrDefault(run, Long.MIN_VALUE) + 1);
        known.last.put(run, turn);
        if (known.last.size() > MOST_RUNS) {
            known.last.values().removeIf(last -> last <= known.now);
        }
        return Turn.at(depth, turn);
    }

    /** Of all that will be queued at this depth. */
    long lowest(long pool, int depth) {
        return Turn.at(depth, pool(pool).now);
    }

    void served(long pool, long turn) {
        Pool known = pool(pool);
        known.now = Math.max(known.now, Turn.fair(turn));
        known.served++;
        if (known.served >= SERVED_IN_A_TURN) {
            known.served = 0;
            known.now++;
        }
    }

    private Pool pool(long id) {
        if (pools.size() > MOST_POOLS) {
            pools.clear();
        }
        return pools.computeIfAbsent(id, unknown -> new Pool());
    }
}
