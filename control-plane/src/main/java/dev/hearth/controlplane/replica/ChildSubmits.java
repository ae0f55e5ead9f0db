package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.NewChild;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.wire.ChildSubmit;
import org.springframework.stereotype.Component;

/** Starts the children that running attempts ask for, and answers at once for those that have ended already. */
@Component
final class ChildSubmits {
    private final Journal journal;
    private final EnvironmentCatalog catalog;
    private final Pools pools;
    private final Payloads payloads;
    private final ChildWaits waits;

    ChildSubmits(Journal journal, EnvironmentCatalog catalog, Pools pools, Payloads payloads, ChildWaits waits) {
        this.journal = journal;
        this.catalog = catalog;
        this.pools = pools;
        this.payloads = payloads;
        this.waits = waits;
    }

    void submit(ReplicaSession session, ChildSubmit child) {
        AttemptKey parent = ReplicaSession.key(child.getParent());
        Execution execution = session.find(parent).orElse(null);
        if (execution == null) {
            session.childEnded(parent, child.getName(), new Failed(Failed.CANCELLED, "its parent has ended", null));
            return;
        }
        execution.childOpened();
        try {
            journal.submit(newChild(execution.action(), child)).whenComplete((action, fault) -> {
                if (fault != null) {
                    refuse(session, child, fault);
                } else if (action.outcome() != null) {
                    session.childEnded(parent, child.getName(), action.outcome());
                } else {
                    waits.add(action.id(), child.getName(), session, parent);
                }
            });
        } catch (ProblemException e) {
            refuse(session, child, e);
        }
    }

    private NewChild newChild(ClaimedAction parent, ChildSubmit child) {
        TaskTarget target = catalog.resolveChild(parent.versionId(), child.getEnvironment(), child.getTask());
        Long pool = target.poolId();
        return new NewChild(
                parent.attempt(),
                parent.run(),
                child.getName(),
                parent.name(),
                target.environment(),
                target.versionId(),
                target.task(),
                pool == null ? pools.poolOfRun(target.versionId(), parent.run()) : pool,
                payloads.of(child.getInput().toByteArray(), child.getMediaType()));
    }

    private static void refuse(ReplicaSession session, ChildSubmit child, Throwable fault) {
        String message = fault.getMessage() == null ? fault.toString() : fault.getMessage();
        session.childEnded(
                ReplicaSession.key(child.getParent()), child.getName(), new Failed("REFUSED", message, null));
    }
}
