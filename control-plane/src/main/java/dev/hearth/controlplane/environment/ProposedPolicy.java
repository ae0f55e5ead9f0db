package dev.hearth.controlplane.environment;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Violation;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Reads a reuse policy that is only proposed, by the rules of a deployment. */
@Component
public final class ProposedPolicy {
    private final EnvironmentSettings settings;

    ProposedPolicy(EnvironmentSettings settings) {
        this.settings = settings;
    }

    /**
     * @param field where it stands in the request, e.g. {@code policies[0]}
     * @throws ProblemException 400 that names each fault
     */
    public ReusePolicy read(String field, JsonNode policy) {
        List<Violation> faults = new ArrayList<>();
        if (!policy.isObject()) {
            throw ProblemException.invalid(new Violation(field, policy, "must be a reuse policy: an object"));
        }
        ReusePolicy read = ReuseReader.read(new JsonFields(field + ".", policy, faults), settings.minTtl());
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults);
        }
        return read;
    }
}
