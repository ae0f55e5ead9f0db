package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.journal.Batch.Cancel;
import dev.hearth.controlplane.journal.Batch.Hopeless;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.outage.BadSession;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.Dispatcher;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Writes everything that happens to actions, many at a time: one thread, one transaction after the other (group commit).
 * A caller's future completes after the commit; a thousand callers share one. When the database is away the same batch is
 * tried again until it is back; callers who can come back are turned away after {@link #PATIENCE_OF_CALLERS}. When a batch is
 * refused for what it holds, its wishes are tried one by one. An {@link Error} fails its batch, and the next goes on.
 */
@Component
public final class Journal implements SmartLifecycle {
    /** Starts before whatever wishes and stops after it. */
    public static final int LIFECYCLE_PHASE = 100;

    /** How long a batch is tried again that fails although the database is there. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long who submits and who cancels waits for a database that is away: longer than a restart of PostgreSQL takes. */
    private static final Duration PATIENCE_OF_CALLERS = Duration.ofSeconds(15);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    /** Looks for queued work that nobody told of: after a restart, a retry that became due, another instance's submit. */
    private static final Duration SLOW_LOOK = Duration.ofSeconds(1);

    /** Bounds the memory of what gathers while a transaction is under way; a batch of runs may exceed it once. */
    private static final int MOST_GATHERED = 20_000;

    private static final long MOST_BYTES_GATHERED = 32L << 20;

    /** How long a caller waits for room before it is told to come back. */
    private static final Duration ROOM_WITHIN = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Journal.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gathered = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Committer committer;
    private final Dispatcher dispatcher;
    private final Feed feed;
    private final JournalMeters meters;
    private final Outages outages;
    private final Clock clock;
    private volatile Instant lastCommit = Instant.EPOCH;
    private Batch open = new Batch();
    private boolean running;
    private volatile long stoppedAt;
    private long lastLook = System.nanoTime();
    private @Nullable Thread thread;

    Journal(Committer committer, Dispatcher dispatcher, Feed feed, Watch watch) {
        this.committer = committer;
        this.dispatcher = dispatcher;
        this.feed = feed;
        this.meters = watch.meters();
        this.outages = watch.outages();
        this.clock = watch.clock();
    }

    /** What is told of how the journal fares. */
    @Component
    record Watch(JournalMeters meters, Outages outages, Clock clock) {}

    /**
     * Stores runs, all in one transaction, or finds those with the same idempotency key; answers their root actions. Waits for
     * room if need be.
     *
     * @throws JournalFullException if there is none for {@link #ROOM_WITHIN}; then nothing is stored
     */
    public List<CompletableFuture<StoredAction>> submit(List<NewRun> runs) {
        if (!awaitRoom(ROOM_WITHIN)) {
            throw new JournalFullException();
        }
        List<Wish<NewRun, StoredAction>> wishes =
                runs.stream().map(run -> new Wish<NewRun, StoredAction>(run)).toList();
        boolean taken = put(batch -> {
            batch.runs.addAll(wishes);
            runs.forEach(run -> batch.bytes += run.input().inlineSize());
        });
        if (!taken) {
            wishes.forEach(wish -> wish.answer().completeExceptionally(shuttingDown()));
        }
        return wishes.stream().map(Wish::answer).toList();
    }

    /** As {@link #submit(List)}, for one run. */
    public CompletableFuture<StoredAction> submit(NewRun run) {
        return submit(List.of(run)).getFirst();
    }

    /** Stores a child, or finds the one of the same name. Waits for room: its replica is held up, and nobody else. */
    public CompletableFuture<StoredAction> submit(NewChild child) {
        awaitRoom(PATIENCE);
        Wish<NewChild, StoredAction> wish = new Wish<>(child);
        return put(
                batch -> {
                    batch.children.add(wish);
                    batch.bytes += child.input().inlineSize();
                },
                wish);
    }

    /** Answers whether there is room for more. */
    private boolean awaitRoom(Duration most) {
        if (Thread.currentThread() == thread) {
            return true;
        }
        lock.lock();
        try {
            long left = most.toNanos();
            while (running && (open.size() >= MOST_GATHERED || open.bytes >= MOST_BYTES_GATHERED) && left > 0) {
                left = room.awaitNanos(left);
            }
            return left > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends an attempt; answers false if its token is stale, and then nothing has changed. */
    public CompletableFuture<Boolean> end(AttemptEnd end) {
        return end(end, false, () -> {});
    }

    /**
     * As {@link #end(AttemptEnd)}.
     *
     * @param hasChildren whether children are under way: they are aborted with it, unless it is tried again and finds them
     * @param free sets the attempt's slot free; called before the claims of the transaction that ends it, perhaps more than once
     */
    public CompletableFuture<Boolean> end(AttemptEnd end, boolean hasChildren, Runnable free) {
        Wish<AttemptEnd, Boolean> wish = new Wish<>(end);
        awaitRoom(PATIENCE);
        return put(
                        batch -> {
                            batch.attemptEnds.add(wish);
                            batch.freed.add(free);
                            if (hasChildren) {
                                batch.parents.add(end.attempt());
                            }
                            batch.bytes += end.outcome() instanceof Succeeded done
                                    ? done.output().inlineSize()
                                    : 0;
                        },
                        wish)
                .whenComplete((accepted, fault) -> {
                    if (Boolean.FALSE.equals(accepted)) {
                        meters.stale();
                    }
                });
    }

    /** Ends a replica and gives its attempts back. */
    public CompletableFuture<Void> end(ReplicaEnd end) {
        Wish<ReplicaEnd, Void> wish = new Wish<>(end);
        return put(batch -> batch.replicaEnds.add(wish), wish);
    }

    /**
     * Aborts a run ({@code action} null) or an action with its descendants; answers how many actions were live.
     *
     * @param why as whoever cancels says it; null = says nothing
     */
    public CompletableFuture<Integer> cancel(String run, @Nullable String action, @Nullable String why) {
        Wish<Cancel, Integer> wish = new Wish<>(new Cancel(run, action, true, why));
        return put(batch -> batch.cancels.add(wish), wish);
    }

    /** Fails what waits in a pool, because no replica of it comes up; answers how many actions that were. */
    public CompletableFuture<Integer> failWaiting(long pool, String code, String reason) {
        Wish<Hopeless, Integer> wish = new Wish<>(new Hopeless(pool, code, reason));
        return put(batch -> batch.hopeless.add(wish), wish);
    }

    /**
     * Notes that an attempt waits for children, or no longer does.
     *
     * @param free sets its slot free, if it waits; called before the claims of the transaction that notes it, perhaps more than once
     */
    public void park(AttemptKey attempt, boolean parked, Runnable free) {
        put(batch -> {
            batch.parkings.put(attempt, parked);
            batch.freed.add(free);
        });
    }

    /** Notes signs of life. */
    public void beat(Collection<Beat> beats) {
        put(batch -> beats.forEach(beat -> batch.beats.put(beat.replica(), beat)));
    }

    /** Looks for work for the free slots: slots have come that no wish tells of. */
    public void look() {
        put(batch -> batch.lookEverywhere = true);
    }

    /** When the last transaction was committed. */
    Instant lastCommit() {
        return lastCommit;
    }

    private <A> CompletableFuture<A> put(Consumer<Batch> addition, Wish<?, A> wish) {
        if (!put(addition)) {
            wish.answer().completeExceptionally(shuttingDown());
        }
        return wish.answer();
    }

    private static IllegalStateException shuttingDown() {
        return new IllegalStateException("the server is shutting down");
    }

    private boolean put(Consumer<Batch> addition) {
        lock.lock();
        try {
            if (running) {
                addition.accept(open);
                gathered.signal();
            }
            return running;
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        Batch batch = take();
        while (batch != null) {
            write(batch);
            batch = take();
        }
    }

    /** The next batch, perhaps empty after a second; null when the journal has stopped and nothing is left. */
    private @Nullable Batch take() {
        lock.lock();
        try {
            if (open.isEmpty() && running) {
                gathered.await(SLOW_LOOK.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (running && System.nanoTime() - lastLook >= SLOW_LOOK.toNanos()) {
                lastLook = System.nanoTime();
                open.lookEverywhere = true;
            }
            if (open.isEmpty() && !running) {
                return null;
            }
            Batch taken = open;
            open = new Batch();
            room.signalAll();
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void write(Batch batch) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int timeouts = 0;
        while (true) {
            Instant triedAt = clock.instant();
            try {
                apply(batch);
                outages.written();
                return;
            } catch (RuntimeException e) {
                boolean isAway = isAway(e);
                timeouts += isTimeout(e) ? 1 : 0;
                // Not away but slow: it may manage less at a time.
                if (isRefusal(e) && !isAway || timeouts > 1 && batch.size() > 1) {
                    refused(batch, e);
                    return;
                }
                if (isAway) {
                    away(batch, e, triedAt);
                } else {
                    outages.failed("The journal", e);
                }
                boolean isHopeless = isAway ? isLeft(batch) : System.nanoTime() > deadline;
                if (isHopeless || !pause()) {
                    if (batch.size() > 0) {
                        log.error("journal: gave up a batch of {}: {}", batch.size(), e.getMessage());
                    }
                    batch.fail(e);
                    return;
                }
            } catch (Error e) {
                // Without this thread every caller would wait for ever.
                batch.fail(e);
                log.error("journal: gave up a batch of {}", batch.size(), e);
                return;
            }
        }
    }

    private void away(Batch batch, RuntimeException failure, Instant triedAt) {
        Instant since = outages.cannotWrite(failure, triedAt).since();
        if (clock.instant().isAfter(since.plus(PATIENCE_OF_CALLERS))) {
            batch.turnAway();
            lock.lock();
            try {
                open.turnAway();
                room.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** The journal has stopped while the database is away: what replicas report they tell another control plane, or the next. */
    private boolean isLeft(Batch batch) {
        return !isRunning() && (batch.size() == 0 || System.nanoTime() - stoppedAt > PATIENCE_OF_CALLERS.toNanos());
    }

    /** The journal's pool has one session, which nobody else takes: if there is none, the database is away. */
    private static boolean isAway(RuntimeException e) {
        return BadSession.isBehind(e) || e instanceof CannotCreateTransactionException;
    }

    private static boolean isTimeout(Throwable e) {
        return e instanceof SocketTimeoutException || (e.getCause() != null && isTimeout(e.getCause()));
    }

    private static boolean isRefusal(RuntimeException e) {
        return e instanceof DataIntegrityViolationException
                || e instanceof InvalidDataAccessResourceUsageException
                || isTooMuch(e);
    }

    /** Class 54, a limit of PostgreSQL such as that of an index entry: it would be exceeded again, however often it is tried. */
    private static boolean isTooMuch(RuntimeException e) {
        return e.getCause() instanceof SQLException refusal
                && refusal.getSQLState() != null
                && refusal.getSQLState().startsWith("54");
    }

    private void refused(Batch batch, RuntimeException cause) {
        if (batch.size() <= 1) {
            log.error("journal: refused by the database", cause);
            batch.fail(cause);
        } else {
            batch.singles().forEach(this::write);
        }
    }

    private void apply(Batch batch) {
        if (batch.lookEverywhere) {
            dispatcher.lookEverywhere();
        }
        long before = System.nanoTime();
        Committed committed = committer.commit(batch, dispatcher);
        lastCommit = committed.at();
        if (batch.size() > 0) {
            meters.committed(Duration.ofNanos(System.nanoTime() - before), batch.size());
        }
        dispatcher.claimed(committed.offered(), committed.claimed());
        committed.answers().forEach(Runnable::run);
        feed.publish(committed.changes());
    }

    private static boolean pause() {
        try {
            Thread.sleep(BETWEEN_TRIES);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("journal").start(this::loop);
    }

    /** Takes no new wishes and writes those that it has. */
    @Override
    public void stop() {
        stoppedAt = System.nanoTime();
        lock.lock();
        try {
            running = false;
            gathered.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        if (thread != null) {
            try {
                thread.join(PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int getPhase() {
        return LIFECYCLE_PHASE;
    }
}
