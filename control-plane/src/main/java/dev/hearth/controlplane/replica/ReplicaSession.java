package dev.hearth.controlplane.replica;

import com.google.protobuf.ByteString;
import dev.hearth.controlplane.journal.Beat;
import dev.hearth.controlplane.journal.Outcome;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.ConnectedReplica;
import dev.hearth.controlplane.scheduling.ParentsRoom;
import dev.hearth.model.ErrorCode;
import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildResult;
import dev.hearth.wire.Drain;
import dev.hearth.wire.Failure;
import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.Output;
import dev.hearth.wire.Welcome;
import io.grpc.Status;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.util.unit.DataSize;

/**
 * A connected replica: what it runs, its free slots, and the way to send to it. Memory that can be thrown away. Thread-safe:
 * slots are taken and set free by the journal's thread; what goes on after waiting takes one by the inbox thread.
 */
final class ReplicaSession implements ConnectedReplica {
    private final ReplicaFacts facts;
    private final Outbox outbox;
    private final Payloads payloads;
    private final InstantSource clock;
    private final Unsendable unsendable;
    /** What it has, as far as the journal has not answered its end. */
    private final Map<AttemptKey, Execution> running = new ConcurrentHashMap<>();
    /** Executions that hold a slot, by what is committed. */
    private final AtomicInteger held = new AtomicInteger();

    private volatile Instant lastSeen;
    private volatile Heartbeat memory = Heartbeat.getDefaultInstance();
    private volatile int parkedWhenMeasured;
    private volatile List<String> endpoints = List.of();
    private volatile boolean handling;
    private volatile boolean elastic;
    private volatile boolean leaving;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean served;

    /** Ends what never reaches the replica, because its input cannot be had. */
    interface Unsendable {
        void end(ReplicaSession session, Execution execution, UncheckedIOException why);
    }

    ReplicaSession(ReplicaFacts facts, Outbox outbox, Payloads payloads, InstantSource clock, Unsendable unsendable) {
        this.facts = facts;
        this.outbox = outbox;
        this.payloads = payloads;
        this.clock = clock;
        this.unsendable = unsendable;
        this.lastSeen = clock.instant();
        this.elastic = facts.elastic();
    }

    @Override
    public long id() {
        return facts.id();
    }

    @Override
    public long pool() {
        return facts.pool();
    }

    @Override
    public int ordinal() {
        return facts.ordinal();
    }

    @Override
    public boolean elastic() {
        return elastic;
    }

    void elastic(boolean canShrink) {
        elastic = canShrink;
    }

    boolean singleUse() {
        return facts.singleUse();
    }

    @Override
    public int freeSlots() {
        if (leaving || (served && facts.singleUse())) {
            return 0;
        }
        return Math.max(0, facts.slots() - held.get());
    }

    @Override
    public int parked() {
        // Asked with each commit: as a rule all that it has hold slots.
        return running.size() <= held.get()
                ? 0
                : (int) running.values().stream().filter(Execution::isParked).count();
    }

    @Override
    public boolean takesRoots() {
        Heartbeat measured = memory;
        return new ParentsRoom(
                        facts.slots(),
                        parked(),
                        parkedWhenMeasured,
                        Math.max(0, measured.getHeapUsedBytes()),
                        Math.max(0, measured.getRssBytes()),
                        facts.memoryBytes())
                .takesRoots();
    }

    @Override
    public void assign(List<ClaimedAction> actions) {
        served = true;
        for (ClaimedAction action : actions) {
            Execution execution = new Execution(action);
            running.put(action.attempt(), execution);
            held.incrementAndGet();
            if (action.inputBlob() == null) {
                send(execution);
            } else {
                Thread.startVirtualThread(() -> send(execution));
            }
        }
    }

    private void send(Execution execution) {
        ClaimedAction action = execution.action();
        byte[] input;
        try {
            input = payloads.bytesPatiently(new Payload(action.input(), action.inputType(), action.inputBlob()));
        } catch (UncheckedIOException e) {
            unsendable.end(this, execution, e);
            return;
        }
        if (!execution.send(clock.instant())) {
            execution.end();
            yieldSlot(execution);
            forget(action.attempt());
            return;
        }
        outbox.assign(Assignment.newBuilder()
                .setAttempt(ref(action.attempt()))
                .setRun(action.run())
                .setName(action.name())
                .setEnvironment(action.environment())
                .setTask(action.task())
                .setNumber(action.number())
                .setInput(ByteString.copyFrom(input))
                .setMediaType(action.inputType())
                .setBundle(facts.bundle() == null ? "" : facts.bundle())
                .build());
    }

    /** After a reconnect: what it ran before the stream broke goes on, and so does the time that it may take. */
    void adopt(ClaimedAction action, Duration waited) {
        running.put(action.attempt(), Execution.adopted(action, waited));
        held.incrementAndGet();
    }

    Optional<Execution> find(AttemptKey attempt) {
        return Optional.ofNullable(running.get(attempt));
    }

    /** Only if it runs, and its row still stands behind it. */
    Optional<Execution> current(AttemptKey attempt) {
        return find(attempt).filter(execution -> !execution.action().isStray() && !execution.isOver());
    }

    boolean knows(AttemptKey attempt) {
        return find(attempt).isPresent();
    }

    /** The journal has answered its end, or could not write it. */
    void forget(AttemptKey attempt) {
        running.remove(attempt);
    }

    /** For the journal, with the end of an execution or its waiting for children. */
    void yieldSlot(Execution execution) {
        if (execution.yieldSlot()) {
            held.decrementAndGet();
        }
    }

    /** It goes on at once, if need be over the limit for that moment. */
    void takeSlot(Execution execution) {
        if (execution.takeSlot()) {
            held.incrementAndGet();
        }
    }

    void childEnded(AttemptKey parent, String child, Outcome outcome) {
        find(parent).ifPresent(Execution::childClosed);
        if (outcome instanceof Succeeded succeeded && succeeded.output().blob() != null) {
            Thread.startVirtualThread(() -> sendStored(parent, child, succeeded));
        } else {
            sendResult(parent, child, outcome);
        }
    }

    private void sendStored(AttemptKey parent, String child, Succeeded succeeded) {
        try {
            byte[] output = payloads.bytesPatiently(succeeded.output());
            sendResult(
                    parent,
                    child,
                    new Succeeded(new Payload(output, succeeded.output().mediaType(), null)));
        } catch (UncheckedIOException e) {
            sendResult(
                    parent,
                    child,
                    new Failed(ErrorCode.STORAGE, "its output could not be read: " + e.getMessage(), null));
        }
    }

    private void sendResult(AttemptKey parent, String child, Outcome outcome) {
        ChildResult.Builder result =
                ChildResult.newBuilder().setParent(ref(parent)).setName(child);
        switch (outcome) {
            case Succeeded succeeded ->
                result.setOutput(Output.newBuilder()
                        .setValue(ByteString.copyFrom(payloads.bytes(succeeded.output())))
                        .setMediaType(succeeded.output().mediaType()));
            case Failed failed ->
                result.setFailure(Failure.newBuilder()
                        .setCode(failed.code())
                        .setMessage(failed.message())
                        .setDetails(failed.details() == null ? "" : failed.details()));
        }
        outbox.childResult(result.build());
    }

    Welcome welcome(Duration heartbeat, List<AttemptRef> unknown, List<String> known, DataSize mostLog) {
        endpoints = known;
        return Welcome.newBuilder()
                .setHeartbeatMillis((int) heartbeat.toMillis())
                .addAllUnknown(unknown)
                .addAllEndpoints(known)
                .setMostLogBytes(mostLog.toBytes())
                .build();
    }

    void tellEndpoints(List<String> current) {
        if (!current.equals(endpoints)) {
            endpoints = current;
            outbox.endpoints(current);
        }
    }

    /** Tells an execution to stop; its slot is free when it has. */
    void cancel(AttemptKey attempt, Instant now) {
        if (find(attempt).map(execution -> execution.toldToStop(now)).orElse(true)) {
            outbox.cancel(ref(attempt));
        }
    }

    void committed(AttemptKey attempt) {
        outbox.committed(ref(attempt));
    }

    /** Takes nothing new from now on. Answers false if that was known. */
    boolean leave() {
        boolean news = !leaving;
        leaving = true;
        return news;
    }

    /** Tells it to finish what it runs within this time and to leave. Told once; that it leaves may have been known before. */
    void drain(Duration deadline) {
        leave();
        if (told.compareAndSet(false, true)) {
            outbox.drain(
                    Drain.newBuilder().setDeadlineMillis(deadline.toMillis()).build());
        }
    }

    void seen(Instant now) {
        lastSeen = now;
    }

    /** Its last frame is being worked off: if that takes long, it is we who are slow. */
    void handling(boolean now) {
        handling = now;
    }

    /** Whether there was a sign of life since then. */
    boolean isAlive(Instant bound) {
        return handling || lastSeen.isAfter(bound);
    }

    void measured(Heartbeat heartbeat) {
        parkedWhenMeasured = parked();
        memory = heartbeat;
    }

    Beat beat() {
        int stopping =
                (int) running.values().stream().filter(Execution::isStopping).count();
        return new Beat(id(), Math.max(0, memory.getHeapUsedBytes()), Math.max(0, memory.getRssBytes()), stopping);
    }

    List<Execution> running() {
        return running.values().stream()
                .filter(execution -> !execution.isOver())
                .toList();
    }

    /** Whether an assignment sent before {@code bound} has not been acknowledged. */
    boolean hasUnacknowledged(Instant bound) {
        return running.values().stream().anyMatch(execution -> execution.isUnacknowledged(bound));
    }

    void close(String reason) {
        leaving = true;
        outbox.fail(Status.ABORTED.withDescription(reason).asRuntimeException());
    }

    static AttemptRef ref(AttemptKey attempt) {
        return AttemptRef.newBuilder()
                .setAction(attempt.action())
                .setToken(attempt.token())
                .build();
    }

    static AttemptKey key(AttemptRef ref) {
        return new AttemptKey(ref.getAction(), ref.getToken());
    }
}
