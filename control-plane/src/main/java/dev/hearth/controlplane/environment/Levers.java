package dev.hearth.controlplane.environment;

import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.model.EnvironmentState;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** What people do to an environment by hand. Repeating it changes nothing. */
@Component
final class Levers {
    private final EnvironmentRepository environments;
    private final VersionRepository versions;
    private final CatalogStore catalog;
    private final Pools pools;
    private final Effects effects;

    Levers(
            EnvironmentRepository environments,
            VersionRepository versions,
            CatalogStore catalog,
            Pools pools,
            Effects effects) {
        this.environments = environments;
        this.versions = versions;
        this.catalog = catalog;
        this.pools = pools;
        this.effects = effects;
    }

    /** One transaction a lever, and then the autoscaler looks. */
    @Component
    record Effects(TransactionTemplate transactions, Signals signals) {}

    void warm(String project, String name) {
        change(project, name, environment -> {
            refuseRetired(environment, name);
            VersionRow active = active(environment);
            Long pool = active.poolId();
            if (pool == null || !pools.warm(pool)) {
                throw ProblemException.conflict("Environment " + name
                        + " has no pool that could be kept warm: it needs a reuse policy with scope \"global\".");
            }
        });
    }

    void pause(String project, String name) {
        change(project, name, environment -> {
            refuseRetired(environment, name);
            environment.pause();
        });
    }

    void resume(String project, String name) {
        change(project, name, environment -> {
            refuseRetired(environment, name);
            environment.resume();
        });
    }

    void retire(String project, String name) {
        change(project, name, environment -> {
            VersionRow active = active(environment);
            // Pools before versions, the order in which the autoscaler locks them.
            if (active.poolId() != null) {
                pools.drain(active.poolId());
            }
            active.supersede();
            environment.retire();
        });
    }

    private void change(String project, String name, Consumer<EnvironmentRow> change) {
        effects.transactions()
                .executeWithoutResult(tx -> change.accept(environments
                        .findByProjectAndName(project, name)
                        .filter(environment -> environment.activeVersionId() != null)
                        .orElseThrow(() -> NearNames.unknownEnvironment(project, name, catalog.names(project)))));
        effects.signals().scaling().all();
    }

    private VersionRow active(EnvironmentRow environment) {
        Long active = environment.activeVersionId();
        return versions.findById(active == null ? -1L : active).orElseThrow();
    }

    private static void refuseRetired(EnvironmentRow environment, String name) {
        if (environment.state() == EnvironmentState.RETIRED) {
            throw ProblemException.conflict("Environment " + name + " is retired; deploy it to have it back.");
        }
    }
}
