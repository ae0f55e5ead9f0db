package dev.hearth.controlplane.peers;

import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.peers.MembershipStore.Peer;
import dev.hearth.controlplane.signals.Signals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Says each second that this control plane is alive, and learns who else is. A control plane that has said nothing for
 * {@link #DEAD_AFTER} is dead to the others: they look after its rows. Thread-safe.
 */
@Component
public final class Membership implements SmartLifecycle {
    /** Without a renewal for so long, by the database's clock, a control plane is taken for dead. */
    public static final Duration DEAD_AFTER = Duration.ofSeconds(5);

    /** After the replicas' gateway, so that whoever reads the row can connect; before whatever starts replicas. */
    private static final int LIFECYCLE_PHASE = 250;

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final String LOOP = "Membership of control planes";
    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final MembershipStore store;
    private final Owner owner;
    private final OwnEndpoint endpoint;
    private final Signals signals;
    private final Outages outages;
    private final Clock clock;
    private volatile List<Peer> others = List.of();
    private volatile boolean running;
    private Instant startedAt = Instant.EPOCH;
    private @Nullable Thread thread;

    Membership(MembershipStore store, Owner owner, OwnEndpoint endpoint, Signals signals, Outages outages) {
        this.store = store;
        this.owner = owner;
        this.endpoint = endpoint;
        this.signals = signals;
        this.outages = outages;
        this.clock = outages.clock();
    }

    /** Where replicas reach control planes: this one first, then the others that are alive. */
    public List<String> endpoints() {
        return Stream.concat(Stream.of(endpoint.hostAndPort()), otherEndpoints().stream())
                .distinct()
                .toList();
    }

    /** Where replicas reach the other control planes that are alive. */
    public List<String> otherEndpoints() {
        return others.stream().map(Peer::endpoint).toList();
    }

    boolean isAlone() {
        return others.isEmpty();
    }

    private void renew() {
        List<Peer> before = others;
        others = store.renew(owner.name(), endpoint.hostAndPort(), startedAt);
        if (!others.equals(before)) {
            log.info("control planes beside this one: {}", others.isEmpty() ? "none" : others);
            signals.news().heard(!others.isEmpty());
            // The keeper of replicas tells them; the provisioner looks after rows whose owner has gone.
            signals.draining().ring();
            signals.provisioning().ring();
        }
    }

    private void loop() {
        while (running) {
            try {
                Thread.sleep(TICK);
                renew();
                outages.went(LOOP);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                outages.failed(LOOP, e);
            }
        }
    }

    @Override
    public void start() {
        running = true;
        startedAt = clock.instant();
        renew();
        thread = Thread.ofVirtual().name("membership").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        try {
            if (thread != null) {
                thread.interrupt();
                thread.join(TICK);
            }
            store.leave(owner.name());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.warn("membership: {}", e.toString());
        }
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
