package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.journal.Batch.Cancel;
import dev.hearth.controlplane.journal.Batch.Hopeless;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.ConnectedReplica;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.controlplane.scheduling.Slot;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Turns a batch into one transaction. The order matters: ends come first, so that the slots and the names they set free
 * serve the submits and the claims behind them.
 */
@Component
final class Committer {
    private static final Duration TURNS_READ_WITHIN = Duration.ofSeconds(1);

    private final TransactionTemplate transaction;
    private final EndStore ends;
    private final SubmitStore submits;
    private final ClaimStore claims;
    private final Claims giving;
    private final Clock clock;
    private final Turns turns = new Turns();

    /**
     * Claimed by a commit that has not answered.
     *
     * @param replicas the connections that offered the slots: one that came back since has compared itself with the rows
     */
    private record Unsure(List<ClaimedAction> claimed, Set<ConnectedReplica> replicas) {
        static final Unsure NOTHING = new Unsure(List.of(), Set.of());
    }

    private Unsure unsure = Unsure.NOTHING;

    Committer(
            JournalDatabase database,
            EndStore ends,
            SubmitStore submits,
            ClaimStore claims,
            Claims giving,
            Clock clock) {
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(database.dataSource()));
        this.ends = ends;
        this.submits = submits;
        this.claims = claims;
        this.giving = giving;
        this.clock = clock;
    }

    Committed commit(Batch batch, Dispatcher dispatcher) {
        try {
            settle(dispatcher);
            Committed committed = transaction.execute(status -> write(batch, dispatcher, clock.instant()));
            unsure = Unsure.NOTHING;
            return committed;
        } catch (RuntimeException e) {
            giving.forget();
            throw e;
        }
    }

    /**
     * What was claimed by a commit whose answer got lost: if it is stored, its replicas get it now. Else those rows would hold slots
     * of which nobody knows, and which would be given away a second time.
     */
    private void settle(Dispatcher dispatcher) {
        if (!unsure.claimed().isEmpty()) {
            dispatcher.claimedAfterAll(claims.dispatchAgain(unsure.claimed(), clock.instant()), unsure.replicas());
            unsure = Unsure.NOTHING;
        }
    }

    private Committed write(Batch batch, Dispatcher dispatcher, Instant now) {
        List<Runnable> answers = new ArrayList<>();
        List<ActionChange> changes = new ArrayList<>();
        // Actions that have ended for good, and may have left children that nobody waits for any more.
        List<ActionChange> abandoned = new ArrayList<>();
        if (batch.lookEverywhere) {
            List<ActionChange> expired = ends.expire(now);
            changes.addAll(expired);
            expired.stream().filter(change -> change.attempt() > 0).forEach(abandoned::add);
        }
        // Reports before losses: what a replica has finished counts, even if its end is told in the same batch.
        abandoned.addAll(endAttempts(batch, now, answers, changes));
        List<ActionChange> lost = endReplicas(batch, now, answers);
        changes.addAll(lost);
        lost.stream().filter(change -> change.phase() == ActionPhase.FAILED).forEach(abandoned::add);
        cancel(batch, now, answers, changes);
        abandoned.addAll(failWaiting(batch, now, answers, changes));
        abandoned.forEach(
                change -> changes.addAll(ends.cancel(new Cancel(change.run(), change.name(), false, null), now)));
        submitRuns(batch, now, answers, changes);
        submitChildren(batch, now, answers, changes);
        if (!batch.parkings.isEmpty()) {
            claims.park(batch.parkings);
        }
        if (!batch.beats.isEmpty()) {
            claims.beat(batch.beats.values());
        }
        noteQueued(batch, changes);
        changes.stream()
                .filter(change -> change.phase() == ActionPhase.QUEUED)
                .collect(Collectors.groupingBy(ActionChange::pool, Collectors.counting()))
                .forEach((pool, count) -> dispatcher.queued(pool, count.intValue()));
        batch.freed.forEach(Runnable::run);
        List<Slot> offered = dispatcher.offer();
        // Read anew: a slot may have become free since the batch began, and nothing is dispatched before its slot was
        // free.
        Map<Long, Long> poolOf =
                offered.stream().collect(Collectors.toMap(Slot::replica, Slot::pool, (first, again) -> first));
        List<ClaimedAction> claimed = giving.claim(offered, dispatcher, clock.instant());
        for (ClaimedAction action : claimed) {
            ActionChange change = started(action, poolOf);
            turns.served(change.pool(), action.turn());
            changes.add(change);
        }
        batch.mayBeStored = true;
        unsure = new Unsure(claimed, dispatcher.connected(claimed));
        return new Committed(now, offered, claimed, answers, changes);
    }

    private void noteQueued(Batch batch, List<ActionChange> changes) {
        batch.runs.forEach(wish -> giving.queued(
                wish.what().poolId(),
                wish.what().priority(),
                turns.lowest(wish.what().poolId(), 0)));
        for (Wish<NewChild, StoredAction> wish : batch.children) {
            NewChild child = wish.what();
            if (child.parentNumber() > 1) {
                // It may have existed and begin anew.
                giving.requeued(child.poolId());
            } else {
                giving.queued(child.poolId(), child.priority(), turns.lowest(child.poolId(), child.depth()));
            }
        }
        changes.stream()
                .filter(change -> change.phase() == ActionPhase.QUEUED && change.attempt() > 0)
                .forEach(change -> giving.requeued(change.pool()));
    }

    /** Answers what becomes of the actions that they still ran. */
    private List<ActionChange> endReplicas(Batch batch, Instant now, List<Runnable> answers) {
        if (batch.replicaEnds.isEmpty()) {
            return List.of();
        }
        List<ReplicaEnd> gone = batch.replicaEnds.stream().map(Wish::what).toList();
        List<AttemptEnd> lost = ends.endReplicas(gone, now);
        batch.replicaEnds.forEach(wish -> answers.add(() -> wish.answer().complete(null)));
        return lost.isEmpty()
                ? List.of()
                : List.copyOf(ends.endAttempts(lost, now).values());
    }

    /** Answers the ends of those that had children under way. */
    private List<ActionChange> endAttempts(
            Batch batch, Instant now, List<Runnable> answers, List<ActionChange> changes) {
        if (batch.attemptEnds.isEmpty()) {
            return List.of();
        }
        List<AttemptEnd> reported = batch.attemptEnds.stream().map(Wish::what).toList();
        Map<AttemptKey, ActionChange> ended = ends.endAttempts(reported, now);
        batch.attemptEnds.forEach(wish -> answers.add(
                () -> wish.answer().complete(ended.containsKey(wish.what().attempt()))));
        changes.addAll(ended.values());
        List<AttemptKey> refused = reported.stream()
                .map(AttemptEnd::attempt)
                .filter(attempt -> !ended.containsKey(attempt))
                .toList();
        if (!refused.isEmpty()) {
            ends.refused(refused);
        }
        return ended.entrySet().stream()
                .filter(end -> batch.parents.contains(end.getKey())
                        && end.getValue().phase().isTerminal())
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Turns begin where the queue stands, whoever serves it. */
    private void readTurns(LongStream pools, Instant now) {
        long bound = now.minus(TURNS_READ_WITHIN).toEpochMilli();
        List<Long> stale = pools.distinct()
                .filter(pool -> turns.isStale(pool, bound))
                .boxed()
                .toList();
        if (!stale.isEmpty()) {
            Map<Long, Long> heads = claims.heads(stale);
            stale.forEach(pool -> turns.head(pool, heads.getOrDefault(pool, 0L), now.toEpochMilli()));
        }
    }

    private void cancel(Batch batch, Instant now, List<Runnable> answers, List<ActionChange> changes) {
        for (Wish<Cancel, Integer> wish : batch.cancels) {
            List<ActionChange> aborted = ends.cancel(wish.what(), now);
            changes.addAll(aborted);
            answers.add(() -> wish.answer().complete(aborted.size()));
        }
    }

    /** Answers those that had been tried before. */
    private List<ActionChange> failWaiting(
            Batch batch, Instant now, List<Runnable> answers, List<ActionChange> changes) {
        List<ActionChange> tried = new ArrayList<>();
        for (Wish<Hopeless, Integer> wish : batch.hopeless) {
            List<ActionChange> failed = ends.failWaiting(wish.what(), now);
            changes.addAll(failed);
            failed.stream().filter(change -> change.attempt() > 0).forEach(tried::add);
            answers.add(() -> wish.answer().complete(failed.size()));
        }
        return tried;
    }

    private void submitRuns(Batch batch, Instant now, List<Runnable> answers, List<ActionChange> changes) {
        if (batch.runs.isEmpty()) {
            return;
        }
        List<NewRun> runs = batch.runs.stream().map(Wish::what).toList();
        readTurns(runs.stream().mapToLong(NewRun::poolId), now);
        Map<String, StoredAction> stored = submits.insertRuns(runs, run -> turns.ofRun(run.poolId()), now);
        for (Wish<NewRun, StoredAction> wish : batch.runs) {
            NewRun run = wish.what();
            StoredAction root = stored.get(run.name());
            if (root == null) {
                answers.add(() -> wish.answer()
                        .completeExceptionally(new IllegalStateException("run name " + run.name() + " is taken")));
                continue;
            }
            answers.add(() -> wish.answer().complete(root));
            if (root.created()) {
                changes.add(new ActionChange(
                        root.id(),
                        root.run(),
                        root.name(),
                        null,
                        run.task(),
                        run.poolId(),
                        ActionPhase.QUEUED,
                        0,
                        null,
                        null,
                        null));
            }
        }
    }

    private void submitChildren(Batch batch, Instant now, List<Runnable> answers, List<ActionChange> changes) {
        if (batch.children.isEmpty()) {
            return;
        }
        List<NewChild> children = batch.children.stream().map(Wish::what).toList();
        readTurns(children.stream().mapToLong(NewChild::poolId), now);
        Function<NewChild, @Nullable StoredAction> stored = submits.insertChildren(
                children, child -> turns.ofChild(child.poolId(), child.run(), child.depth()), now);
        for (Wish<NewChild, StoredAction> wish : batch.children) {
            NewChild child = wish.what();
            StoredAction action = stored.apply(child);
            if (action == null) {
                answers.add(() -> wish.answer()
                        .completeExceptionally(new StaleAttemptException(
                                "the attempt of " + child.parent() + " in " + child.run() + " has ended")));
                continue;
            }
            answers.add(() -> wish.answer().complete(action));
            if (action.created() || (action.phase() == ActionPhase.QUEUED && child.parentNumber() > 1)) {
                changes.add(new ActionChange(
                        action.id(),
                        action.run(),
                        action.name(),
                        child.parent(),
                        child.task(),
                        child.poolId(),
                        action.phase(),
                        0,
                        null,
                        action.outcome(),
                        null));
            }
        }
    }

    private static ActionChange started(ClaimedAction action, Map<Long, Long> poolOf) {
        return new ActionChange(
                action.attempt().action(),
                action.run(),
                action.name(),
                action.parent(),
                action.task(),
                poolOf.getOrDefault(action.replica(), 0L),
                ActionPhase.RUNNING,
                action.number(),
                action.replica(),
                null,
                null);
    }

    /** The phase in which an action ends with this outcome. */
    static ActionPhase phaseOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Succeeded succeeded -> ActionPhase.SUCCEEDED;
            case Failed failed ->
                switch (failed.code()) {
                    case ErrorCode.CANCELLED -> ActionPhase.ABORTED;
                    case ErrorCode.TIMED_OUT, ErrorCode.QUEUE_TIMED_OUT -> ActionPhase.TIMED_OUT;
                    default -> ActionPhase.FAILED;
                };
        };
    }
}
