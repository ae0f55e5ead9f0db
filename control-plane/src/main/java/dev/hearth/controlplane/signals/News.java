package dev.hearth.controlplane.signals;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the other control planes on this database should know, gathered until it is sent. Telling is cheap, never blocks, and
 * does nothing while there is nobody to hear it. Thread-safe.
 */
public final class News {
    /** Names that one message carries; with more, it speaks of all runs. */
    public static final int MOST_RUNS = 100;

    /** What has happened. */
    public enum Kind {
        /** Work was queued that no slot of the teller takes. */
        QUEUE,
        /** Actions have ended. */
        ENDS,
        /** Replicas were marked DRAINING. */
        DRAIN,
        /** Replicas were requested, or must be ended. */
        REPLICAS
    }

    /**
     * What was gathered.
     *
     * @param runs whose roots have ended, unless there were too many to name
     * @param allRuns there were too many
     */
    public record Gathered(Set<Kind> kinds, Set<String> runs, boolean allRuns) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Bell bell = new Bell();
    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final Set<String> runs = new LinkedHashSet<>();
    private boolean allRuns;
    private volatile boolean heard;

    /** Says whether anybody listens. */
    public void heard(boolean byOthers) {
        heard = byOthers;
    }

    /** Whether anybody listens: other control planes are alive. */
    public boolean isHeard() {
        return heard;
    }

    public void tell(Kind kind) {
        if (heard) {
            gather(kind, Set.of());
        }
    }

    /** Actions have ended; these runs with them. */
    public void ended(Collection<String> endedRuns) {
        if (heard) {
            gather(Kind.ENDS, endedRuns);
        }
    }

    private void gather(Kind kind, Collection<String> endedRuns) {
        lock.lock();
        try {
            kinds.add(kind);
            if (!allRuns) {
                runs.addAll(endedRuns);
                allRuns = runs.size() > MOST_RUNS;
            }
            if (allRuns) {
                runs.clear();
            }
        } finally {
            lock.unlock();
        }
        bell.ring();
    }

    /** Waits for news, at most {@code patience}, and takes them; perhaps there are none. */
    public Gathered await(Duration patience) throws InterruptedException {
        bell.await(patience);
        lock.lock();
        try {
            Gathered gathered = new Gathered(Set.copyOf(kinds), Set.copyOf(runs), allRuns);
            kinds.clear();
            runs.clear();
            allRuns = false;
            return gathered;
        } finally {
            lock.unlock();
        }
    }
}
