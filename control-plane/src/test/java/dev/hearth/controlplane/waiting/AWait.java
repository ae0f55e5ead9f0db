package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import dev.hearth.controlplane.policy.Pace;
import dev.hearth.controlplane.policy.PoolCondition;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.controlplane.policy.ServerRoom;
import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.controlplane.scaling.PoolOutlook.Outlook;
import dev.hearth.controlplane.waiting.ActionFacts.Holder;
import dev.hearth.controlplane.waiting.QueueFacts.Contact;
import dev.hearth.controlplane.waiting.QueueFacts.Longest;
import dev.hearth.controlplane.waiting.QueueFacts.Place;
import dev.hearth.controlplane.waiting.QueueFacts.PlacesHeld;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.PoolState;
import dev.hearth.model.ReplicaPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An action and its pool at noon, for a test: queued five seconds ago in a cold pool of up to {@code max}, unless said otherwise. */
final class AWait {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final int max;
    private final List<ReplicaSnapshot> replicas = new ArrayList<>();
    private final Map<Long, Contact> contacts = new HashMap<>();
    private int concurrency = 1;
    private boolean singleUse;
    private boolean ownPool;
    private boolean paused;
    private boolean patient;
    private boolean parked;
    private int queued = 1;
    private int failures;
    private ActionPhase phase = ActionPhase.QUEUED;
    private Instant availableAt = NOON.minusSeconds(5);
    private Place place = new Place(0, 0);
    private Children children = Children.NONE;
    private Pace pace = new Pace(Duration.ofMillis(1500), null);
    private StartFailures startFailures = StartFailures.NONE;
    private ServerRoom room = new ServerRoom(64, 0);
    private List<PlacesHeld> holders = List.of();
    private @Nullable Holder holder;

    private AWait(int max) {
        this.max = max;
    }

    static AWait upTo(int max) {
        return new AWait(max);
    }

    AWait concurrency(int slots) {
        concurrency = slots;
        return this;
    }

    AWait singleUse() {
        singleUse = true;
        return this;
    }

    AWait ownPool() {
        ownPool = true;
        return this;
    }

    AWait paused() {
        paused = true;
        queued = 0;
        return this;
    }

    AWait patient(Duration service) {
        patient = true;
        pace = new Pace(pace.coldStart(), service);
        return this;
    }

    AWait phase(ActionPhase phase) {
        this.phase = phase;
        return this;
    }

    AWait parked(Children children) {
        phase = ActionPhase.RUNNING;
        parked = true;
        this.children = children;
        return this;
    }

    AWait heldBy(int ordinal, Duration silence) {
        phase = ActionPhase.RUNNING;
        holder = new Holder(100 + ordinal, ordinal, silence);
        return this;
    }

    AWait failed(int count, Duration nextIn) {
        failures = count;
        availableAt = NOON.plus(nextIn);
        return this;
    }

    AWait behind(int higher, int earlier) {
        place = new Place(higher, earlier);
        queued = higher + earlier + 1;
        return this;
    }

    AWait takenMeanwhile() {
        queued = 0;
        return this;
    }

    AWait noPace() {
        pace = Pace.UNKNOWN;
        return this;
    }

    AWait failedStarts(int count, long secondsAgo) {
        startFailures = new StartFailures(count, NOON.minusSeconds(secondsAgo), "exit 1: no such image");
        return this;
    }

    AWait server(int limit, int used, PlacesHeld... holders) {
        room = new ServerRoom(limit, used);
        this.holders = List.of(holders);
        return this;
    }

    AWait ready(int ordinal, int running) {
        return with(ordinal, ReplicaPhase.READY, running, 0, NOON.minusSeconds(60), Duration.ofMillis(400));
    }

    /** It has free slots, and no memory for new roots. */
    AWait fullOfParents(int ordinal, int parents) {
        with(ordinal, ReplicaPhase.READY, 0, parents, NOON.minusSeconds(60), Duration.ofMillis(400));
        contacts.put(100L + ordinal, new Contact(Duration.ofMillis(400), true, null));
        return this;
    }

    AWait silent(int ordinal, int running, Duration silence) {
        return with(ordinal, ReplicaPhase.READY, running, 0, NOON.minusSeconds(60), silence);
    }

    AWait draining(int ordinal, int running) {
        return with(ordinal, ReplicaPhase.DRAINING, running, 0, NOON.minusSeconds(60), Duration.ofMillis(400));
    }

    AWait starting(int ordinal, Duration ago) {
        return with(ordinal, ReplicaPhase.STARTING, 0, 0, NOON.minus(ago), null);
    }

    private AWait with(
            int ordinal,
            ReplicaPhase phase,
            int running,
            int parkedThere,
            Instant requestedAt,
            @Nullable Duration silence) {
        boolean booting = phase == ReplicaPhase.STARTING;
        replicas.add(new ReplicaSnapshot(
                100 + ordinal,
                ordinal,
                phase,
                running,
                parkedThere,
                0,
                requestedAt,
                booting ? null : NOON.minusSeconds(58),
                null));
        Longest longest =
                running == 0 ? null : new Longest("r9", "a" + ordinal, ordinal, NOON.minusSeconds(10L * ordinal));
        contacts.put(100L + ordinal, new Contact(silence, false, longest));
        return this;
    }

    WaitingView explained() {
        PoolSnapshot pool = new PoolSnapshot(
                1,
                "orders",
                new PoolLimits(0, max, concurrency, Duration.ofSeconds(60), Duration.ofSeconds(60), singleUse),
                new PoolCondition(
                        replicas.isEmpty() ? PoolState.COLD : PoolState.WARM,
                        0,
                        paused,
                        false,
                        false,
                        false,
                        queued,
                        null,
                        null),
                replicas,
                startFailures,
                pace,
                room);
        ActionFacts action = new ActionFacts(
                7,
                "r1",
                "a0",
                "orders",
                1,
                ownPool,
                phase,
                parked,
                0,
                availableAt,
                1,
                failures,
                phase == ActionPhase.QUEUED ? null : NOON.minusSeconds(3),
                phase.isTerminal() ? NOON.minusSeconds(1) : null,
                holder);
        Outlook outlook = new Outlook(pool, new ScalingPolicy(5, patient).decide(pool, NOON));
        return Explanation.of(
                new WaitingFacts(action, children, new QueueFacts(outlook, place, contacts, holders)), NOON);
    }
}
