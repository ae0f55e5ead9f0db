package dev.hearth.controlplane.environment;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Reads a reuse policy that is asked about and not deployed, by the rules of a deployment. */
@Component
public final class ProposedPolicy {
    private final Duration minTtl;

    ProposedPolicy(EnvironmentSettings settings) {
        this.minTtl = settings.minTtl();
    }

    /**
     * A policy as in an environment's spec, merged over the deployed one: a field that is absent stays as it is deployed, and
     * {@code recycle}, if it is there, is taken whole.
     *
     * @param deployed null = executions have fresh replicas; then absent fields take their defaults
     * @param field where it stands in the request, for the names of faulty fields: {@code reuse}, {@code policies[1]}
     * @throws ProblemException 400 that names every faulty field
     */
    public ReusePolicy read(String field, @Nullable JsonNode json, @Nullable ReusePolicy deployed) {
        if (json == null || !json.isObject()) {
            throw ProblemException.invalid(
                    new Violation(field, json, "must be a reuse policy: an object such as {\"replicas\": [1, 4]}"));
        }
        List<Violation> faults = new ArrayList<>();
        JsonFields fields = new JsonFields(field + ".", json, faults);
        ReusePolicy policy =
                deployed == null ? ReuseReader.read(fields, minTtl) : ReuseReader.read(fields, minTtl, deployed);
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults);
        }
        return policy;
    }
}
