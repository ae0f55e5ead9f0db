package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.Deployment;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.signals.Signals;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** Deploys environments: makes a spec the active version, and hands over from the one before. */
@Component
final class Deployments {
    /** @param isNew false if this spec was active already and nothing has changed */
    record Deployed(Deployment deployment, boolean isNew) {}

    private final Versions versions;
    private final Bundles bundles;
    private final EnvironmentSettings settings;
    private final TransactionTemplate transactions;
    private final Signals signals;

    Deployments(
            Versions versions,
            Bundles bundles,
            EnvironmentSettings settings,
            TransactionTemplate transactions,
            Signals signals) {
        this.versions = versions;
        this.bundles = bundles;
        this.settings = settings;
        this.transactions = transactions;
        this.signals = signals;
    }

    Deployed deploy(String project, String name, JsonNode body) {
        EnvironmentSpec spec = SpecReader.read(body, settings.minTtl(), sha256 -> bundles.fault(sha256, name));
        List<DeclaredTask> tasks = tasks(spec, name);
        Versions.Activated activated = transactions.execute(tx -> versions.activate(project, name, spec, tasks));
        if (activated.isNew()) {
            // An always-on pool comes up now; the pool before drains.
            signals.scaling().all();
        }
        String pool = activated.poolId() == null ? null : activated.poolId().toString();
        return new Deployed(new Deployment(name, activated.version(), pool, List.of()), activated.isNew());
    }

    private List<DeclaredTask> tasks(EnvironmentSpec spec, String name) {
        return bundles.get(String.valueOf(spec.bundle())).environments().stream()
                .filter(declared -> declared.name().equals(name))
                .map(DeclaredEnvironment::tasks)
                .findFirst()
                .orElseThrow();
    }
}
