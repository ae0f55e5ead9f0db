package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import dev.hearth.controlplane.policy.Rule;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.scaling.PoolOutlook;
import dev.hearth.model.ActionPhase;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Gathers the facts of an action and has them explained. One statement for what has a slot, at most seven for what queues. */
@Component
public final class WaitingReader {
    private final WaitingStore store;
    private final PoolOutlook outlooks;
    private final Clock clock;

    WaitingReader(WaitingStore store, PoolOutlook outlooks, Clock clock) {
        this.store = store;
        this.outlooks = outlooks;
        this.clock = clock;
    }

    /** Throws a 404 problem for a run or an action that is not known. */
    public WaitingView of(String run, String action) {
        ActionFacts facts = store.action(run, action).orElseThrow(() -> unknown(run, action));
        Instant now = clock.instant();
        boolean waitsForChildren = facts.phase() == ActionPhase.RUNNING && facts.parked();
        Children children = waitsForChildren ? store.children(facts.run(), facts.name()) : Children.NONE;
        return Explanation.of(new WaitingFacts(facts, children, queue(facts, now)), now);
    }

    private @Nullable QueueFacts queue(ActionFacts action, Instant now) {
        if (action.phase() != ActionPhase.QUEUED) {
            return null;
        }
        return outlooks.of(action.pool(), now)
                .map(outlook -> new QueueFacts(
                        outlook,
                        store.place(action, now),
                        store.contacts(action),
                        outlook.decision().why().rule() == Rule.SERVER_LIMIT ? store.holders() : List.of()))
                .orElse(null);
    }

    private ProblemException unknown(String run, String action) {
        return store.knowsRun(run)
                ? ProblemException.notFound("There is no action named '" + action + "'.")
                : ProblemException.notFound("There is no run named '" + run + "'.");
    }
}
