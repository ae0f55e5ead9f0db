package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that runs in a connected replica. Written by its session's inbox thread; its slot is set free by the journal's, with
 * the commit from which on its row says that it holds none.
 */
final class Execution {
    private final ClaimedAction action;
    private final AtomicInteger openChildren = new AtomicInteger();
    private volatile @Nullable Instant acknowledgedAt;
    private boolean parked;
    private boolean over;
    private boolean holdsSlot = true;
    private volatile @Nullable Instant toldToStopAt;
    private volatile boolean timedOut;

    Execution(ClaimedAction action, @Nullable Instant acknowledgedAt) {
        this.action = action;
        this.acknowledgedAt = acknowledgedAt;
    }

    ClaimedAction action() {
        return action;
    }

    AttemptKey attempt() {
        return action.attempt();
    }

    @Nullable
    Instant acknowledgedAt() {
        return acknowledgedAt;
    }

    void acknowledge(Instant now) {
        acknowledgedAt = now;
    }

    /** When it was first told to stop; null = it was not. */
    @Nullable
    Instant toldToStopAt() {
        return toldToStopAt;
    }

    void toldToStop(Instant now) {
        if (toldToStopAt == null) {
            toldToStopAt = now;
        }
    }

    /** Whether its time is over, and this is the first time that anybody notes it. By one thread. */
    boolean runsOutOfTime(Instant now) {
        Duration timeout = action.terms().timeout();
        Instant since = acknowledgedAt == null ? action.dispatchedAt() : acknowledgedAt;
        boolean news = timeout != null && !timedOut && toldToStopAt == null && now.isAfter(since.plus(timeout));
        timedOut |= news;
        return news;
    }

    /** Answers whether this changes anything. */
    synchronized boolean park(boolean park) {
        boolean changes = parked != park;
        parked = park;
        return changes;
    }

    synchronized void ended() {
        over = true;
    }

    /** Gives its slot back, unless it has gone on meanwhile; answers false if there is none to give. */
    synchronized boolean yieldSlot() {
        boolean yields = holdsSlot && (parked || over);
        holdsSlot &= !yields;
        return yields;
    }

    /** Takes a slot again, even if there is none; answers false if it still has one. */
    synchronized boolean takeSlot() {
        boolean takes = !holdsSlot;
        holdsSlot = true;
        return takes;
    }

    void childOpened() {
        openChildren.incrementAndGet();
    }

    void childClosed() {
        openChildren.decrementAndGet();
    }

    boolean hasOpenChildren() {
        return openChildren.get() > 0;
    }
}
