package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.Rule;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Finds what keeps a queued action from a slot: first the slots that are free, then those that come up, then the limit that
 * forbids more of them. The last is the autoscaler's own rule, for the same snapshot.
 */
final class QueueWait {
    private final PoolSnapshot pool;
    private final Decision decision;
    private final PoolSlots slots;
    private final QueueAnswers answers;
    private final int ahead;

    QueueWait(ActionFacts action, QueueFacts queue, Instant now) {
        this.pool = queue.outlook().pool();
        this.decision = queue.outlook().decision();
        this.slots = new PoolSlots(pool, queue);
        this.answers = new QueueAnswers(action, queue, slots, now);
        this.ahead = queue.place().ahead();
    }

    WaitingView explain() {
        int free = slots.free();
        // A snapshot without a queue is younger than the action's row: it was taken meanwhile.
        if (free > ahead || pool.condition().queued() == 0) {
            return answers.dispatched(free);
        }
        if (free > 0) {
            return answers.behindFree(free);
        }
        if (comesWith(slots.booting().size())) {
            return pool.limits().singleUse() ? answers.freshStarting() : answers.starting(ahead / slots.each());
        }
        if (!slots.closed().isEmpty() && !(decision instanceof Decision.Start)) {
            return answers.parentsHoldMemory();
        }
        return switch (decision) {
            case Decision.GiveUp giveUp -> answers.failedStarts();
            case Decision.Start start -> silentFirst(() -> grows(start));
            case Decision.Hold hold -> silentFirst(() -> held(hold));
            case Decision.StopOne stop -> silentFirst(this::full);
            case Decision.Drain drain -> silentFirst(this::full);
            case Decision.StopAll stop -> silentFirst(this::full);
        };
    }

    /** Room on a replica that does not answer counts for the autoscaler: no other is started for it. */
    private WaitingView silentFirst(Supplier<WaitingView> otherwise) {
        boolean allSilent = !slots.ready().isEmpty()
                && slots.silent().size() == slots.ready().size();
        return allSilent && !slots.withRoom().isEmpty() ? answers.unconnected() : otherwise.get();
    }

    private WaitingView grows(Decision.Start start) {
        boolean empty = pool.serving().isEmpty();
        int coming = slots.booting().size() + start.ordinals().size();
        if (!empty && !comesWith(coming)) {
            return answers.behindComing(coming);
        }
        if (pool.limits().singleUse()) {
            return answers.freshRequested(start);
        }
        return empty ? answers.cold(start) : answers.grows(start);
    }

    /** Whether so many replicas that come up have a slot for it. */
    private boolean comesWith(int replicas) {
        return (long) replicas * slots.each() > ahead;
    }

    private WaitingView held(Decision.Hold hold) {
        if (hold.why().rule() == Rule.START_BACK_OFF && slots.booting().isEmpty()) {
            return answers.failedStarts();
        }
        if (hold.why().rule() == Rule.PATIENCE) {
            return answers.patience(hold);
        }
        boolean forbidden = hold.to() > hold.from();
        if (forbidden && hold.why().rule() == Rule.SERVER_LIMIT) {
            return answers.serverLimit(hold);
        }
        if (!slots.booting().isEmpty()) {
            return answers.behindComing(slots.booting().size());
        }
        if (forbidden && !slots.draining().isEmpty() && !pool.limits().singleUse()) {
            return answers.drainingHolds();
        }
        return full();
    }

    private WaitingView full() {
        if (slots.ready().isEmpty() && !slots.booting().isEmpty()) {
            return answers.behindComing(slots.booting().size());
        }
        return pool.limits().singleUse() ? answers.freshLimit() : answers.allBusy();
    }
}
