package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.ConnectedReplica;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A replica that remembers what it was given. */
final class RememberingReplica implements ConnectedReplica {
    private final long id;
    private final long pool;
    private final AtomicInteger free;
    private final BlockingQueue<ClaimedAction> inbox = new LinkedBlockingQueue<>();
    private final List<ClaimedAction> taken = new ArrayList<>();
    private final AtomicInteger parked = new AtomicInteger();
    private volatile boolean takesRoots = true;

    RememberingReplica(long id, long pool, int slots) {
        this.id = id;
        this.pool = pool;
        this.free = new AtomicInteger(slots);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long pool() {
        return pool;
    }

    @Override
    public int ordinal() {
        return (int) id;
    }

    @Override
    public boolean elastic() {
        return false;
    }

    @Override
    public int freeSlots() {
        return free.get();
    }

    @Override
    public int parked() {
        return parked.get();
    }

    @Override
    public boolean takesRoots() {
        return takesRoots;
    }

    /** So many executions wait in it for their children. */
    void parked(int count) {
        parked.set(count);
    }

    void takesRoots(boolean roots) {
        takesRoots = roots;
    }

    @Override
    public void assign(List<ClaimedAction> actions) {
        free.addAndGet(-actions.size());
        synchronized (taken) {
            taken.addAll(actions);
        }
        inbox.addAll(actions);
    }

    void free() {
        free.incrementAndGet();
    }

    ClaimedAction next() {
        try {
            ClaimedAction action = inbox.poll(10, TimeUnit.SECONDS);
            if (action == null) {
                throw new AssertionError("nothing was assigned within 10 s");
            }
            return action;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<ClaimedAction> taken() {
        synchronized (taken) {
            return List.copyOf(taken);
        }
    }
}
