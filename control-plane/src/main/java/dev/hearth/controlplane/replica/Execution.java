package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.AttemptEnd.Times;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that runs in a connected replica. Written by its session's inbox thread; its slot is set free by the journal's, with
 * the commit from which on its row says that it holds none.
 */
final class Execution {
    private final ClaimedAction action;
    private final AtomicInteger openChildren = new AtomicInteger();
    private @Nullable Instant sentAt;
    private volatile @Nullable Instant acknowledgedAt;
    private boolean parked;
    private Instant parkedSince = Instant.EPOCH;
    private Duration waited = Duration.ZERO;
    private boolean over;
    private boolean holdsSlot = true;
    private volatile @Nullable Instant toldToStopAt;
    private boolean timedOut;

    /** It has not been sent yet. */
    Execution(ClaimedAction action) {
        this.action = action;
    }

    /**
     * One that the replica had before it connected.
     *
     * @param waited how long it has waited for children before, as the replica says
     */
    static Execution adopted(ClaimedAction action, Duration waited) {
        Execution execution = new Execution(action);
        execution.waited = waited;
        execution.sentAt = action.dispatchedAt();
        execution.acknowledgedAt = action.dispatchedAt();
        return execution;
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

    /** Answers false if it must not be sent any more. */
    synchronized boolean send(Instant now) {
        if (toldToStopAt != null) {
            return false;
        }
        sentAt = now;
        return true;
    }

    /** Whether it was sent before {@code bound} and nobody knows whether it arrived. */
    synchronized boolean isUnacknowledged(Instant bound) {
        return acknowledgedAt == null && !over && sentAt != null && sentAt.isBefore(bound);
    }

    /** When it was first told to stop; null = it was not. */
    @Nullable
    Instant toldToStopAt() {
        return toldToStopAt;
    }

    /** Answers false if there is nobody to tell yet: then it will not be sent. */
    synchronized boolean toldToStop(Instant now) {
        if (toldToStopAt == null) {
            toldToStopAt = now;
        }
        return sentAt != null;
    }

    /** It was told to stop, and holds its slot until it has. */
    synchronized boolean isStopping() {
        return toldToStopAt != null && holdsSlot && !over;
    }

    /** Whether its time is over, and this is the first time that anybody notes it. By one thread. */
    synchronized boolean runsOutOfTime(Instant now) {
        Duration timeout = action.terms().timeout();
        if (timeout == null || timedOut || toldToStopAt != null) {
            return false;
        }
        Instant since = acknowledgedAt == null ? action.dispatchedAt() : acknowledgedAt;
        Duration leftOut = action.terms().timeoutExcludesChildren() ? waitedForChildren(now) : Duration.ZERO;
        timedOut = now.isAfter(since.plus(timeout).plus(leftOut));
        return timedOut;
    }

    /** Answers whether this changes anything. */
    synchronized boolean park(boolean park, Instant now) {
        boolean changes = parked != park;
        waited = waitedForChildren(now);
        parkedSince = now;
        parked = park;
        return changes;
    }

    synchronized Duration waitedForChildren(Instant now) {
        return parked ? waited.plus(Duration.between(parkedSince, now)) : waited;
    }

    /** As far as they are known before its replica has reported. */
    Times timesUntil(Instant now) {
        return new Times(acknowledgedAt, null, now, 0, 0, waitedForChildren(now).toMillis());
    }

    /** What its caller is told when its time is over: how much of it was waiting for children, whether that counts or not. */
    synchronized String ranTooLong(Instant now) {
        Duration children = waitedForChildren(now).truncatedTo(ChronoUnit.MILLIS);
        String told = "ran longer than its timeout of " + action.terms().timeout();
        if (children.isZero()) {
            return told;
        }
        return told
                + (action.terms().timeoutExcludesChildren() ? ", not counting the " : ", of which it waited ")
                + children
                + (action.terms().timeoutExcludesChildren() ? " that it waited for its children" : " for its children");
    }

    /** It is over in the process; answers false if that was known. */
    synchronized boolean end() {
        boolean news = !over;
        over = true;
        return news;
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Gives its slot back, unless it has gone on meanwhile; answers false if there is none to give. */
    synchronized boolean yieldSlot() {
        boolean yields = holdsSlot && (parked || over);
        holdsSlot &= !yields;
        return yields;
    }

    /** It waits for its children, and its slot is given back. */
    synchronized boolean isParked() {
        return !holdsSlot && !over;
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
