package dev.hearth.controlplane.provisioning;

import dev.hearth.controlplane.image.ImageBuildException;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.peers.Membership;
import dev.hearth.controlplane.peers.Owner;
import dev.hearth.controlplane.provisioning.ProvisioningStore.Live;
import dev.hearth.controlplane.provisioning.ProvisioningStore.Wanted;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner.End;
import dev.hearth.controlplane.replica.ReplicaExit;
import dev.hearth.controlplane.replica.ReplicaSettings;
import dev.hearth.controlplane.replica.Replicas;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.ReplicaPhase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Makes what runs match the rows, when the bell rings and each second: starts what is requested, ends what takes too long to
 * start or to leave or is wanted no more, and tells of replicas that are gone. It never decides how many there should be.
 */
@Component
final class Reconciler implements SmartLifecycle {
    /** After the replicas' gateway, so that replicas can connect; stops before it. */
    private static final int LIFECYCLE_PHASE = 300;

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final String LOOP = "Provisioning";
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final ProvisioningStore store;
    private final ReplicaProvisioner provisioner;
    private final Replicas replicas;
    private final ProvisioningSettings settings;
    private final Surroundings surroundings;

    /** Replicas whose process is not there yet: each is left to its thread, however long that takes to make what it needs. */
    private final Set<Long> launching = ConcurrentHashMap.newKeySet();

    /** Why Hearth has ended a replica: what its process says of that is only that it was killed. */
    private final Map<Long, String> endedFor = new ConcurrentHashMap<>();

    private final Starts starts;
    private volatile boolean running;
    private @Nullable Thread thread;

    Reconciler(
            ProvisioningStore store,
            ReplicaProvisioner provisioner,
            Replicas replicas,
            ProvisioningSettings settings,
            Surroundings surroundings) {
        this.store = store;
        this.provisioner = provisioner;
        this.replicas = replicas;
        this.settings = settings;
        this.surroundings = surroundings;
        this.starts = new Starts(settings.startTimeout(), provisioner);
        provisioner.onEnd(this::ended);
    }

    /** Its bell, its clock, and the name under which it owns replicas. */
    @Component
    record Surroundings(Signals signals, Clock clock, ReplicaSettings replicas, Owner owner, Outages outages) {}

    private void reconcile() {
        startRequested();
        Instant now = surroundings.clock().instant();
        lookAfterOrphans(now);
        // Before the rows are read: what has been launched since has a row that says so.
        Set<Long> underWay = Set.copyOf(launching);
        List<Live> live = store.live(surroundings.owner().name());
        Set<Long> present = provisioner.present();
        starts.look(live, now);
        for (Live replica : live) {
            if (underWay.contains(replica.replica())) {
                continue;
            }
            if (isTooLate(replica, now)) {
                endedFor.computeIfAbsent(replica.replica(), id -> whyTooLate(replica, now));
                provisioner.stop(replica.replica(), true);
            } else if (replica.phase() == ReplicaPhase.DRAINING && replica.readyAt() == null) {
                provisioner.stop(replica.replica(), false);
            }
            boolean wasStarted = replica.startedAt().isBefore(now.minus(starts.usual(replica)))
                    || replica.phase() != ReplicaPhase.STARTING;
            if (!present.contains(replica.replica()) && wasStarted) {
                ended(replica.replica(), new End("it is no longer there", false));
            }
        }
        Set<Long> unwanted = new HashSet<>(present);
        unwanted.removeAll(live.stream().map(Live::replica).collect(Collectors.toSet()));
        unwanted.forEach(replica -> provisioner.stop(replica, true));
        provisioner.tidy();
    }

    /** Servers that are gone have left rows behind. Replicas that are connected or were are judged by their leases instead. */
    private void lookAfterOrphans(Instant now) {
        // The others need a moment to say that they are alive.
        if (!surroundings.outages().isSettled(Membership.DEAD_AFTER)) {
            return;
        }
        store.orphans(settings.startTimeout(), settings.leaveTimeout(), now)
                .forEach(replica -> ended(replica, new End("its control plane is gone", false)));
    }

    private boolean isTooLate(Live replica, Instant now) {
        if (replica.phase() == ReplicaPhase.STARTING) {
            // It could not say hello while the database was away.
            return Stream.of(replica.startedAt(), surroundings.outages().settledSince())
                    .allMatch(now.minus(starts.allowed(replica))::isAfter);
        }
        // A busy one ends its work by itself at the deadline of its drain; it gets the time to leave on top of that.
        Duration allowed = replica.busy()
                ? surroundings.replicas().drainDeadline().plus(settings.leaveTimeout())
                : settings.leaveTimeout();
        return replica.drainingAt() != null && replica.drainingAt().isBefore(now.minus(allowed));
    }

    private String whyTooLate(Live replica, Instant now) {
        return replica.isStarting()
                ? starts.why(replica, now)
                : "was drained and did not leave in time (hearth.provisioning.leave-timeout), ended by Hearth";
    }

    /** As many at once as can come up beside each other. */
    private void startRequested() {
        JoinToken token = JoinToken.draw();
        Optional<Wanted> wanted = claim(token);
        while (wanted.isPresent()) {
            ReplicaLaunch launch = wanted.get().launch();
            launching.add(launch.replica());
            Thread.ofVirtual().name("start-replica").start(() -> start(launch));
            token = JoinToken.draw();
            wanted = claim(token);
        }
    }

    private Optional<Wanted> claim(JoinToken token) {
        return store.claim(
                surroundings.owner().name(),
                provisioner.room(),
                token,
                surroundings.clock().instant());
    }

    private void start(ReplicaLaunch launch) {
        try {
            Placement placement = provisioner.start(launch);
            store.placed(launch.replica(), placement, surroundings.clock().instant());
        } catch (ImageBuildException e) {
            // Says all there is to say, and will again.
            log.warn("replica {} cannot be started: {}", launch.replica(), e.getMessage());
            neverStarted(launch, e);
        } catch (RuntimeException e) {
            log.warn("replica {} cannot be started", launch.replica(), e);
            neverStarted(launch, e);
        } finally {
            launching.remove(launch.replica());
            // Replicas that need the same may be started now.
            surroundings.signals().provisioning().ring();
        }
    }

    private void neverStarted(ReplicaLaunch launch, RuntimeException why) {
        replicas.ended(
                launch.replica(),
                new ReplicaExit(
                        ReplicaPhase.FAILED, "REPLICA_NEVER_STARTED", "cannot be started: " + why.getMessage(), false));
    }

    /** What an end means depends on where the replica was in its life. */
    private void ended(long replica, End seen) {
        String why = endedFor.remove(replica);
        End end = why == null ? seen : new End(why, false);
        ReplicaPhase before = store.phase(replica);
        switch (before) {
            case REQUESTED, STARTING ->
                replicas.ended(
                        replica,
                        new ReplicaExit(
                                ReplicaPhase.FAILED,
                                "REPLICA_NEVER_STARTED",
                                "never came up: " + end.how() + "; its last output:\n"
                                        + provisioner.lastOutput(replica),
                                end.byItself()));
            case READY -> lost(replica, ReplicaPhase.LOST, end);
            case DRAINING -> lost(replica, ReplicaPhase.STOPPED, end);
            case STOPPED, LOST, FAILED -> {}
        }
        // There is room for the start of another.
        surroundings.signals().provisioning().ring();
    }

    private void lost(long replica, ReplicaPhase phase, End end) {
        replicas.ended(replica, new ReplicaExit(phase, ErrorCode.REPLICA_LOST, end.how(), end.byItself()));
    }

    private void loop() {
        while (running) {
            try {
                reconcile();
                surroundings.outages().went(LOOP);
            } catch (RuntimeException e) {
                surroundings.outages().failed(LOOP, e);
            }
            try {
                surroundings.signals().provisioning().await(TICK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        running = true;
        provisioner.adopt(store.live(surroundings.owner().name()).stream()
                .collect(Collectors.toMap(
                        Live::replica,
                        replica -> replica.pid() == null ? OptionalLong.empty() : OptionalLong.of(replica.pid()))));
        thread = Thread.ofVirtual().name("reconciler").start(this::loop);
    }

    /** Lets replicas finish and leave, unless they are to go on for the next server. */
    @Override
    public void stop() {
        running = false;
        if (thread != null) {
            thread.interrupt();
        }
        if (!settings.keepReplicasOnShutdown()) {
            leaveAll();
        }
    }

    private void leaveAll() {
        Set<Long> leaving = provisioner.present();
        leaving.forEach(replica -> provisioner.stop(replica, false));
        Instant deadline = surroundings.clock().instant().plus(settings.stopTimeout());
        while (!provisioner.present().isEmpty()
                && surroundings.clock().instant().isBefore(deadline)) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        provisioner.present().forEach(replica -> provisioner.stop(replica, true));
        leaving.forEach(replica -> replicas.ended(
                replica,
                new ReplicaExit(ReplicaPhase.STOPPED, ErrorCode.REPLICA_LOST, "the control plane was stopped", false)));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return LIFECYCLE_PHASE;
    }
}
