package dev.hearth.controlplane.scaling;

import dev.hearth.api.DecisionView;
import dev.hearth.api.ReplayView;
import dev.hearth.api.ReplayView.Replayed;
import dev.hearth.api.ReplayView.Then;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.ProposedPolicy;
import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ScalingPolicy;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.scaling.DecisionStore.Stored;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Violation;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Asks the policy again about stored decisions, under limits that are only proposed. Changes nothing. */
@Component
final class DecisionReplay {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 200;

    private final DecisionStore decisions;
    private final StoredInputs inputs;
    private final EnvironmentCatalog environments;
    private final ProposedPolicy proposals;
    private final ScalingPolicy policy;

    DecisionReplay(
            DecisionStore decisions,
            StoredInputs inputs,
            EnvironmentCatalog environments,
            ProposedPolicy proposals,
            ScalingSettings settings) {
        this.decisions = decisions;
        this.inputs = inputs;
        this.environments = environments;
        this.proposals = proposals;
        this.policy = settings.policy();
    }

    /** Throws a 404 problem for an unknown environment and a 400 problem for a faulty policy or limit. */
    ReplayView replay(String project, String environment, ReplayRequest request) {
        long id = environments.id(project, environment);
        ReusePolicy asked = proposals.read("reuse", request.reuse(), environments.reuse(project, environment));
        PoolLimits proposed = PoolLimits.of(asked);
        List<Stored> stored = decisions.newest(id, null, limit(request.limit()));
        List<Replayed> items = stored.stream()
                .map(Stored::view)
                .flatMap(made -> replayed(made, proposed).stream())
                .toList();
        return new ReplayView(asked, items, stored.size() - items.size());
    }

    private Optional<Replayed> replayed(DecisionView made, PoolLimits proposed) {
        return inputs.read(made.inputs()).map(pool -> replayed(made, pool, proposed));
    }

    private Replayed replayed(DecisionView made, PoolSnapshot pool, PoolLimits proposed) {
        Decision decision = policy.decide(pool.under(proposed), made.at());
        // What a decision to hold aims at is not there yet.
        int to = decision instanceof Decision.Hold ? decision.from() : decision.to();
        int counted = pool.limits().countedQueue();
        boolean cut = pool.condition().queued() >= counted && proposed.countedQueue() > counted;
        return new Replayed(
                made.at(),
                made.from(),
                made.to(),
                made.rule(),
                made.reason(),
                new Then(to, decision.why().rule().name(), decision.reason()),
                to != made.to(),
                cut);
    }

    private static int limit(@Nullable Integer limit) {
        if (limit != null && (limit < 1 || limit > MOST)) {
            throw ProblemException.invalid(new Violation("limit", limit, "must be 1 to " + MOST));
        }
        return limit == null ? DEFAULT_LIMIT : limit;
    }
}
