package dev.hearth.controlplane.replica;

import dev.hearth.api.Overrides;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.environment.OverridesReader;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.NewChild;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.controlplane.problem.Texts;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.Violation;
import dev.hearth.wire.ChildSubmit;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Starts the children that running attempts ask for, and answers at once for those that have ended already. */
@Component
final class ChildSubmits {
    /** What an address can hold and an index can find. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:~-]{0,199}");

    private final Journal journal;
    private final EnvironmentCatalog catalog;
    private final Pools pools;
    private final Payloads payloads;
    private final ChildWaits waits;
    private final JsonMapper json;

    ChildSubmits(
            Journal journal,
            EnvironmentCatalog catalog,
            Pools pools,
            Payloads payloads,
            ChildWaits waits,
            JsonMapper json) {
        this.journal = journal;
        this.catalog = catalog;
        this.pools = pools;
        this.payloads = payloads;
        this.waits = waits;
        this.json = json;
    }

    void submit(ReplicaSession session, ChildSubmit child) {
        AttemptKey parent = ReplicaSession.key(child.getParent());
        Execution execution = session.current(parent).orElse(null);
        if (execution == null) {
            session.childEnded(parent, child.getName(), new Failed(ErrorCode.CANCELLED, "its parent has ended", null));
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
        } catch (ProblemException | JacksonException | UncheckedIOException e) {
            refuse(session, child, e);
        }
    }

    private NewChild newChild(ClaimedAction parent, ChildSubmit child) {
        check(child);
        TaskTarget target = catalog.resolveChild(parent.versionId(), child.getEnvironment(), child.getTask());
        Overrides overrides = child.getOverrides().isEmpty()
                ? Overrides.NONE
                : OverridesReader.read(json.readTree(child.getOverrides()), pools.spec(target.versionId()));
        return new NewChild(
                parent.attempt(),
                parent.run(),
                child.getName(),
                parent.name(),
                parent.number(),
                target.environment(),
                target.versionId(),
                target.task(),
                pool(target, parent.run(), overrides),
                payloads.ofPatiently(child.getInput().toByteArray(), child.getMediaType()),
                overrides.applyTo(target.terms()),
                overrides.priority() == null ? parent.priority() : overrides.priority(),
                parent.depth() + 1);
    }

    private static void check(ChildSubmit child) {
        if (!NAME.matcher(child.getName()).matches()) {
            throw ProblemException.invalid(new Violation(
                    "name",
                    child.getName(),
                    "must be 1 to 200 letters, digits, '_', '.', ':', '~' or '-', and begin with a letter or a digit"));
        }
        if (!child.getEnvironment().isEmpty()) {
            QueryValues.name("environment", child.getEnvironment());
        }
        if (!Texts.isStorable(child.getMediaType())) {
            throw ProblemException.invalid(
                    new Violation("mediaType", child.getMediaType(), "must not hold the character U+0000"));
        }
    }

    private long pool(TaskTarget target, String run, Overrides overrides) {
        if (overrides.isFresh()) {
            return pools.poolOfCall(target.versionId(), overrides.resources());
        }
        Long pool = target.poolId();
        return pool == null ? pools.poolOfRun(target.versionId(), run) : pool;
    }

    private static void refuse(ReplicaSession session, ChildSubmit child, Throwable fault) {
        String message = fault.getMessage() == null ? fault.toString() : fault.getMessage();
        session.childEnded(
                ReplicaSession.key(child.getParent()), child.getName(), new Failed("REFUSED", message, null));
    }
}
