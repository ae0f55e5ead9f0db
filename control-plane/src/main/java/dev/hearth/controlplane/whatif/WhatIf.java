package dev.hearth.controlplane.whatif;

import dev.hearth.api.WhatIfView;
import dev.hearth.api.WhatIfView.Actual;
import dev.hearth.api.WhatIfView.Prediction;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.ProposedPolicy;
import dev.hearth.controlplane.policy.PoolLimits;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.controlplane.simulation.Arrival;
import dev.hearth.controlplane.simulation.Oracle;
import dev.hearth.controlplane.simulation.Outcome;
import dev.hearth.controlplane.simulation.Simulation;
import dev.hearth.controlplane.simulation.World;
import dev.hearth.controlplane.whatif.ArrivalStore.Recorded;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Violation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Asks the simulator about an environment's past under other policies. */
@Component
final class WhatIf {
    private static final Duration DEFAULT_WINDOW = Duration.ofHours(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(7);
    private static final int MOST_POLICIES = 10;

    /** Until a replica of the environment has come up: about what a Java worker takes on a small machine. */
    private static final Duration USUAL_COLD_START = Duration.ofSeconds(2);

    private final ArrivalStore store;
    private final EnvironmentCatalog environments;
    private final ProposedPolicy policies;
    private final Clock clock;

    WhatIf(ArrivalStore store, EnvironmentCatalog environments, ProposedPolicy policies, Clock clock) {
        this.store = store;
        this.environments = environments;
        this.policies = policies;
        this.clock = clock;
    }

    WhatIfView ask(String project, String name, @Nullable JsonNode body) {
        long environment = environments.id(project, name);
        ReusePolicy deployed = environments.reuse(project, name);
        Instant until = clock.instant();
        Question question = Question.read(body, policies, deployed, until);
        Instant since = question.since();
        List<Recorded> recorded = store.arrivals(environment, since);
        if (recorded.isEmpty()) {
            throw ProblemException.conflict("Environment " + name + " has finished nothing since " + since
                    + ": there is nothing to simulate. Run its tasks, or ask about a longer time with \"since\".");
        }
        Duration coldStart = store.coldStart(environment).orElse(USUAL_COLD_START);
        List<Prediction> predictions = new ArrayList<>();
        if (deployed != null) {
            predictions.add(predict(true, deployed, recorded, coldStart, until));
        }
        question.policies().forEach(policy -> predictions.add(predict(false, policy, recorded, coldStart, until)));
        double cost = store.replicaSeconds(environment, recorded.getFirst().at(), until);
        return new WhatIfView(since, until, recorded.size(), coldStart.toMillis(), actual(recorded, cost), predictions);
    }

    /** What the request asks for. */
    private record Question(Instant since, List<ReusePolicy> policies) {
        static Question read(
                @Nullable JsonNode body, ProposedPolicy reader, @Nullable ReusePolicy deployed, Instant now) {
            if (body == null || body.isNull()) {
                return new Question(now.minus(DEFAULT_WINDOW), List.of());
            }
            if (!body.isObject()) {
                throw ProblemException.invalid(new Violation("", body, "The body must be a JSON object."));
            }
            for (String field : body.propertyNames()) {
                if (!field.equals("policies") && !field.equals("since")) {
                    throw ProblemException.invalid(
                            new Violation(field, body.get(field), "is no field here; the fields are policies, since"));
                }
            }
            return new Question(since(body.get("since"), now), proposed(body.get("policies"), reader, deployed));
        }

        private static Instant since(@Nullable JsonNode since, Instant now) {
            if (since == null || since.isNull()) {
                return now.minus(DEFAULT_WINDOW);
            }
            Instant time = QueryValues.since("since", since.isString() ? since.stringValue() : since.toString(), now);
            Duration window = Duration.between(time, now);
            if (!window.isPositive() || window.compareTo(LONGEST_WINDOW) > 0) {
                throw ProblemException.invalid(
                        new Violation("since", since, "must lie in the past, and at most 7 days back"));
            }
            return time;
        }

        private static List<ReusePolicy> proposed(
                @Nullable JsonNode list, ProposedPolicy reader, @Nullable ReusePolicy deployed) {
            if (list == null || list.isNull()) {
                return List.of();
            }
            if (!list.isArray() || list.size() > MOST_POLICIES) {
                throw ProblemException.invalid(new Violation(
                        "policies", list, "must be a list of at most " + MOST_POLICIES + " reuse policies"));
            }
            List<ReusePolicy> proposed = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                proposed.add(reader.read("policies[" + i + "]", list.get(i), deployed));
            }
            return proposed;
        }
    }

    private static Prediction predict(
            boolean deployed, ReusePolicy policy, List<Recorded> recorded, Duration coldStart, Instant until) {
        Instant first = recorded.getFirst().at();
        List<Arrival> arrivals = recorded.stream()
                .map(each -> new Arrival(Duration.between(first, each.at()), each.service()))
                .toList();
        PoolLimits limits = PoolLimits.of(policy);
        World world = World.constant(coldStart);
        Outcome outcome = new Simulation(limits, world, arrivals).run(Duration.between(first, until));
        return new Prediction(
                deployed,
                policy,
                outcome.starts(),
                outcome.stops(),
                rounded(outcome.meanReplicas()),
                rounded(outcome.replicaSeconds()),
                rounded(Oracle.replicaSeconds(limits, coldStart, arrivals)),
                outcome.waits().mean().toMillis(),
                outcome.waits().percentile(50).toMillis(),
                outcome.waits().percentile(99).toMillis());
    }

    private static Actual actual(List<Recorded> recorded, double replicaSeconds) {
        long[] waits = recorded.stream()
                .mapToLong(each -> each.waited().toMillis())
                .sorted()
                .toArray();
        long sum = 0;
        for (long wait : waits) {
            sum += wait;
        }
        return new Actual(
                rounded(replicaSeconds), sum / waits.length, waits[waits.length / 2], waits[waits.length * 99 / 100]);
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
