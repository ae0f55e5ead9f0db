package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.FlyteStore.ActionRow;
import dev.hearth.controlplane.flyte.FlyteStore.EndedChild;
import dev.hearth.controlplane.flyte.connect.ServerStream;
import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.model.ActionPhase;
import flyteidl2.actions.WatchForUpdatesRequest;
import flyteidl2.actions.WatchForUpdatesResponse;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.workflow.ControlMessage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What a parent is told of its children: those that there are, a mark, and then each end, without a gap in between. */
@Component
final class FlyteChildren {
    /** Beneath the news of the journal. */
    private static final Duration SLOW_LOOK = Duration.ofSeconds(2);

    /** A parent that has gone is noticed when it is written to. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);

    /** An end may be committed so long after its time. */
    private static final Duration COMMITTED_WITHIN = Duration.ofMinutes(5);

    private static final Set<ActionPhase> ENDED_BADLY =
            Set.of(ActionPhase.FAILED, ActionPhase.ABORTED, ActionPhase.TIMED_OUT);

    private final FlyteStore store;
    private final Targets targets;
    private final Feed feed;
    private final Clock clock;

    FlyteChildren(FlyteStore store, Targets targets, Feed feed, Clock clock) {
        this.store = store;
        this.targets = targets;
        this.feed = feed;
        this.clock = clock;
    }

    /** Until the parent has ended, or its stream. */
    void watch(WatchForUpdatesRequest request, ServerStream<WatchForUpdatesResponse> stream)
            throws IOException, InterruptedException {
        ActionIdentifier id = request.getParentActionId();
        String run = id.getRun().getName();
        String parent = id.getName();
        Place place =
                store.run(run).orElseThrow(() -> FlyteRuns.unknown(run, parent)).place();
        Queue<ActionChange> changes = new ConcurrentLinkedQueue<>();
        AtomicBoolean elsewhere = new AtomicBoolean();
        try (Feed.Subscription subscription = feed.subscribe(
                run,
                change -> {
                    if (parent.equals(change.parent()) || parent.equals(change.name())) {
                        changes.add(change);
                        stream.ring();
                    }
                },
                () -> {
                    elsewhere.set(true);
                    stream.ring();
                })) {
            Told told = new Told(place, run, parent, stream);
            told.look();
            told.mark();
            long lookedAt = System.nanoTime();
            long spokenAt = System.nanoTime();
            while (stream.isOpen() && !told.isOver()) {
                boolean news = stream.await(SLOW_LOOK);
                for (ActionChange change = changes.poll(); change != null; change = changes.poll()) {
                    told.tell(change);
                    spokenAt = System.nanoTime();
                }
                if (elsewhere.getAndSet(false) || (!news && System.nanoTime() - lookedAt > SLOW_LOOK.toNanos())) {
                    told.look();
                    lookedAt = System.nanoTime();
                }
                if (System.nanoTime() - spokenAt > KEEP_ALIVE.toNanos()) {
                    told.mark();
                    spokenAt = System.nanoTime();
                }
            }
        }
    }

    /** What was said on one stream of the children of one parent. */
    private final class Told {
        private final Place place;
        private final String run;
        private final String parent;
        private final ServerStream<WatchForUpdatesResponse> stream;
        private final Map<String, ActionPhase> phases = new HashMap<>();
        private Instant lookedAt = Instant.EPOCH;
        private boolean over;

        Told(Place place, String run, String parent, ServerStream<WatchForUpdatesResponse> stream) {
            this.place = place;
            this.run = run;
            this.parent = parent;
            this.stream = stream;
        }

        boolean isOver() {
            return over;
        }

        void mark() throws IOException {
            stream.send(WatchForUpdatesResponse.newBuilder()
                    .setControlMessage(ControlMessage.newBuilder().setSentinel(true))
                    .build());
        }

        /** Those that ended badly under an earlier attempt of the parent begin anew when they are asked for. */
        void look() throws IOException {
            ActionRow own = store.action(run, parent).orElseThrow(() -> FlyteRuns.unknown(run, parent));
            Instant now = clock.instant();
            List<EndedChild> page = store.endedChildren(run, parent, lookedAt, 0);
            while (!page.isEmpty()) {
                for (EndedChild child : page) {
                    if (!ENDED_BADLY.contains(child.phase()) || child.parentAttempt() >= own.attempt()) {
                        tell(child.name(), child.phase(), child.result(), child.error());
                    }
                }
                page = page.size() < FlyteStore.CHILDREN
                        ? List.of()
                        : store.endedChildren(
                                run, parent, lookedAt, page.getLast().id());
            }
            lookedAt = now.minus(COMMITTED_WITHIN);
            over = own.phase().isTerminal();
        }

        void tell(ActionChange change) throws IOException {
            if (change.name().equals(parent)) {
                over = change.phase().isTerminal();
                return;
            }
            tell(
                    change.name(),
                    change.phase(),
                    change.outcome() instanceof Succeeded succeeded ? targets.result(succeeded.output()) : null,
                    change.outcome() instanceof Failed failed ? failed : null);
        }

        private void tell(String child, ActionPhase phase, @Nullable Result result, @Nullable Failed error)
                throws IOException {
            // How it goes meanwhile nobody waits for.
            if (phase.isTerminal() && phases.put(child, phase) != phase) {
                stream.send(WatchForUpdatesResponse.newBuilder()
                        .setActionUpdate(Messages.update(Messages.id(place, run, child), phase, result, error))
                        .build());
            }
        }
    }
}
