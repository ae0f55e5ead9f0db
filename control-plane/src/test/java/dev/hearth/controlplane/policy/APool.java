package dev.hearth.controlplane.policy;

import dev.hearth.model.PoolState;
import dev.hearth.model.ReplicaPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the snapshot of a pool for a test; times are seconds from noon, TTLs 60 s unless said otherwise. */
final class APool {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final int min;
    private final int max;
    private final List<ReplicaSnapshot> replicas = new ArrayList<>();
    private int concurrency = 1;
    private Duration scaledownTtl = Duration.ofSeconds(60);
    private @Nullable Duration idleTtl = Duration.ofSeconds(60);
    private boolean singleUse;
    private boolean draining;
    private boolean runEnded;
    private boolean warmAsked;
    private Recycling recycling = Recycling.NEVER;
    private Pace pace = Pace.UNKNOWN;
    private PoolState state = PoolState.COLD;
    private int queued;
    private @Nullable Instant activeAt;
    private @Nullable Instant scaledDownAt;
    private StartFailures failures = StartFailures.NONE;
    private ServerRoom room = new ServerRoom(64, 0);

    private APool(int min, int max) {
        this.min = min;
        this.max = max;
    }

    static Instant at(long seconds) {
        return NOON.plusSeconds(seconds);
    }

    static APool fixed(int count) {
        return new APool(count, count);
    }

    static APool between(int min, int max) {
        return new APool(min, max);
    }

    APool concurrency(int slots) {
        concurrency = slots;
        return this;
    }

    APool scaledownTtl(long seconds) {
        scaledownTtl = Duration.ofSeconds(seconds);
        return this;
    }

    APool idleTtl(long seconds) {
        idleTtl = Duration.ofSeconds(seconds);
        return this;
    }

    APool alwaysOn() {
        idleTtl = null;
        return this;
    }

    APool singleUse() {
        singleUse = true;
        return this;
    }

    APool draining() {
        draining = true;
        return this;
    }

    APool runEnded() {
        runEnded = true;
        return this;
    }

    APool warmAsked() {
        warmAsked = true;
        return this;
    }

    APool recycling(Recycling marks) {
        recycling = marks;
        return this;
    }

    APool pace(Duration coldStart, Duration service) {
        pace = new Pace(coldStart, service);
        return this;
    }

    APool queued(int count) {
        queued = count;
        return this;
    }

    APool activeAt(long seconds) {
        activeAt = at(seconds);
        return this;
    }

    APool scaledDownAt(long seconds) {
        scaledDownAt = at(seconds);
        return this;
    }

    APool failedStarts(int count, long lastAt) {
        failures = new StartFailures(count, at(lastAt), "exit 1: no such image");
        return this;
    }

    APool serverRoom(int limit, int used) {
        room = new ServerRoom(limit, used);
        return this;
    }

    APool serverRoom(int limit, int used, int lent) {
        room = new ServerRoom(limit, used, lent);
        return this;
    }

    APool leavingWithParents(int ordinal, int parents) {
        return with(ordinal, ReplicaPhase.DRAINING, 0, parents, 1, null);
    }

    APool warm() {
        state = PoolState.WARM;
        return this;
    }

    /** Ready since noon and idle since then or since this time. */
    APool idle(int ordinal, long since) {
        return with(ordinal, ReplicaPhase.READY, 0, 0, 1, at(since));
    }

    APool running(int ordinal, int executions) {
        return with(ordinal, ReplicaPhase.READY, executions, 0, 0, null);
    }

    APool parked(int ordinal, int executions) {
        return with(ordinal, ReplicaPhase.READY, 0, executions, 0, null);
    }

    APool fresh(int ordinal) {
        return with(ordinal, ReplicaPhase.READY, 0, 0, 0, null);
    }

    APool booting(int ordinal) {
        return with(ordinal, ReplicaPhase.STARTING, 0, 0, 0, null);
    }

    APool leaving(int ordinal, int executions) {
        return with(ordinal, ReplicaPhase.DRAINING, executions, 0, 1, null);
    }

    /** Ready and busy, and has served this many before. */
    APool served(int ordinal, long executions) {
        return with(ordinal, ReplicaPhase.READY, 1, 0, executions, null);
    }

    /** Ready and busy, has served before, and holds this much. */
    APool large(int ordinal, long heapMebibytes, long rssMebibytes) {
        running(ordinal, 1);
        ReplicaSnapshot made = replicas.removeLast();
        replicas.add(new ReplicaSnapshot(
                made.id(),
                ordinal,
                made.phase(),
                1,
                0,
                1,
                made.requestedAt(),
                made.readyAt(),
                null,
                heapMebibytes << 20,
                rssMebibytes << 20));
        return this;
    }

    private APool with(
            int ordinal, ReplicaPhase phase, int running, int parked, long executed, @Nullable Instant lastBusy) {
        state = PoolState.WARM;
        Instant readyAt = phase == ReplicaPhase.STARTING ? null : NOON;
        replicas.add(
                new ReplicaSnapshot(100 + ordinal, ordinal, phase, running, parked, executed, NOON, readyAt, lastBusy));
        return this;
    }

    PoolSnapshot snapshot() {
        return new PoolSnapshot(
                1,
                "orders",
                new PoolLimits(min, max, concurrency, scaledownTtl, idleTtl, singleUse, recycling),
                new PoolCondition(state, 0, false, warmAsked, draining, runEnded, queued, activeAt, scaledDownAt),
                replicas,
                failures,
                pace,
                room);
    }

    Decision decidedAt(long seconds) {
        return new ScalingPolicy(5, false).decide(snapshot(), at(seconds));
    }

    Decision patientlyDecidedAt(long seconds) {
        return new ScalingPolicy(5, true).decide(snapshot(), at(seconds));
    }
}
