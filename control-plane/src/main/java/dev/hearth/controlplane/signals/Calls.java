package dev.hearth.controlplane.signals;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A bell that tells which pools it rings for. Thread-safe. */
public final class Calls {
    /**
     * What was asked for since the last look. Neither: nobody rang, the time was over.
     *
     * @param all somebody asked for all pools
     */
    public record Wanted(boolean all, Set<Long> pools) {}

    private static final Long ALL = -1L;

    private final Bell bell = new Bell();
    private final Set<Long> wanted = ConcurrentHashMap.newKeySet();

    /** Asks for a look at all pools. */
    public void all() {
        pool(ALL);
    }

    /** Asks for a look at one pool. */
    public void pool(long id) {
        wanted.add(id);
        bell.ring();
    }

    /** Waits until somebody asks, at most {@code patience}. */
    public Wanted await(Duration patience) throws InterruptedException {
        bell.await(patience);
        Set<Long> taken = Set.copyOf(wanted);
        wanted.removeAll(taken);
        boolean all = taken.contains(ALL);
        return new Wanted(all, all ? Set.of() : taken);
    }
}
