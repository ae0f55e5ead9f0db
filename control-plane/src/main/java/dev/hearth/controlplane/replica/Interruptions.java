package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.AttemptEnd;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Retry;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Stops what should no longer run in the replicas that are connected here: what was cancelled at once, what runs out of time
 * when it does. A replica whose task does not stop within the grace is drained: its neighbours finish, and then it ends.
 */
@Component
final class Interruptions implements SmartLifecycle {
    /** How late a timeout may come. */
    private static final Duration TICK = Duration.ofMillis(50);

    private static final String LOOP = "Stopping of executions";
    private static final Logger log = LoggerFactory.getLogger(Interruptions.class);

    private final Sessions sessions;
    private final ReplicaStore store;
    private final Journal journal;
    private final ReplicaSettings settings;
    private final Outages outages;
    private final Clock clock;
    private volatile boolean running;
    private @Nullable Thread thread;

    Interruptions(
            Sessions sessions,
            ReplicaStore store,
            Journal journal,
            Feed feed,
            ReplicaSettings settings,
            Outages outages) {
        this.sessions = sessions;
        this.store = store;
        this.journal = journal;
        this.settings = settings;
        this.outages = outages;
        this.clock = outages.clock();
        feed.subscribe((List<ActionChange> changes) -> changes.forEach(this::interrupt));
    }

    private void interrupt(ActionChange change) {
        AttemptKey interrupted = change.interrupted();
        if (interrupted != null && change.replica() != null) {
            sessions.find(change.replica()).ifPresent(session -> session.cancel(interrupted, clock.instant()));
        }
    }

    private void look(Instant now) {
        for (ReplicaSession session : sessions.all()) {
            for (Execution execution : session.running()) {
                if (execution.runsOutOfTime(now)) {
                    timeOut(session, execution, now);
                }
                Instant told = execution.toldToStopAt();
                if (told != null && now.isAfter(told.plus(settings.cancelGrace())) && session.leave()) {
                    log.warn(
                            "replica {} is drained: action {} does not stop, {} after it was told to",
                            session.id(),
                            execution.attempt().action(),
                            settings.cancelGrace());
                    store.drain(session.id(), now);
                    sessions.drain(session);
                }
            }
        }
    }

    private void timeOut(ReplicaSession session, Execution execution, Instant now) {
        ClaimedAction action = execution.action();
        Failed failed = new Failed(ErrorCode.TIMED_OUT, execution.ranTooLong(now), null);
        Instant retryAt = Retry.afterFailure(
                action, failed.code(), false, now, ThreadLocalRandom.current().nextDouble());
        session.cancel(execution.attempt(), now);
        journal.end(
                new AttemptEnd(execution.attempt(), failed, retryAt, false, null, execution.timesUntil(now)),
                execution.hasOpenChildren(),
                // It holds its slot until it has stopped.
                () -> {});
    }

    private void loop() {
        while (running) {
            try {
                look(clock.instant());
                outages.went(LOOP);
            } catch (RuntimeException e) {
                outages.failed(LOOP, e);
            }
            try {
                Thread.sleep(TICK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("interruptions").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return GatewayServer.LIFECYCLE_PHASE;
    }
}
