package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.environment.CatalogStore.Known;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Terms;
import dev.hearth.model.VersionState;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Finds or makes the environment that a call brings along, where callers declare what they need with each call. Thread-safe. */
@Component
public final class DeclaredEnvironments {
    private final CatalogStore store;
    private final Versions versions;
    private final Pools pools;
    private final EnvironmentSettings settings;
    private final TransactionTemplate transactions;
    private final Signals signals;

    DeclaredEnvironments(
            CatalogStore store,
            Versions versions,
            Pools pools,
            EnvironmentSettings settings,
            TransactionTemplate transactions,
            Signals signals) {
        this.store = store;
        this.versions = versions;
        this.pools = pools;
        this.settings = settings;
        this.transactions = transactions;
        this.signals = signals;
    }

    /**
     * Where a task runs: in the version of its environment that has this spec, which becomes the active one if it is new or its work
     * was over. A spec without reuse of an environment that is reused otherwise with the same image and code is a call that wants
     * a fresh replica, and no new version.
     *
     * @throws InvalidSpecException for TTLs below what this server allows
     */
    public TaskTarget target(String project, String name, EnvironmentSpec spec, String task, Terms terms) {
        checkTtls(spec.reuse());
        String version = VersionName.of(spec);
        Known known = store.known(project, name, version);
        if (known != null && known.state() != VersionState.RETIRED) {
            return new TaskTarget(project, name, known.versionId(), version, task, terms, known.poolId());
        }
        TaskTarget call = spec.reuse() == null ? call(project, name, spec, task, terms) : null;
        return call == null ? activate(project, name, spec, version, task, terms) : call;
    }

    private @Nullable TaskTarget call(String project, String name, EnvironmentSpec spec, String task, Terms terms) {
        CatalogStore.Active active = store.active(project, name);
        if (active == null) {
            return null;
        }
        EnvironmentSpec base = store.spec(active.versionId());
        boolean isSame = base.reuse() != null
                && base.image().equals(spec.image())
                && base.env().equals(spec.env());
        return isSame
                ? new TaskTarget(
                        project,
                        name,
                        active.versionId(),
                        VersionName.of(base),
                        task,
                        terms,
                        pools.poolOfCall(active.versionId(), spec.resources()))
                : null;
    }

    private TaskTarget activate(
            String project, String name, EnvironmentSpec spec, String version, String task, Terms terms) {
        transactions.executeWithoutResult(
                tx -> versions.activate(project, name, spec, List.of(new DeclaredTask(task, null, null, terms))));
        signals.scaling().all();
        Known made = store.known(project, name, version);
        if (made == null) {
            throw new IllegalStateException("version " + version + " of " + name + " is gone again");
        }
        return new TaskTarget(project, name, made.versionId(), version, task, terms, made.poolId());
    }

    private void checkTtls(@Nullable ReusePolicy reuse) {
        if (reuse == null) {
            return;
        }
        List<Violation> faults = new ArrayList<>();
        check("scaledownTtl", reuse.scaledownTtl(), faults);
        if (reuse.idleTtl() != null) {
            check("idleTtl", reuse.idleTtl(), faults);
        }
        if (!faults.isEmpty()) {
            throw new InvalidSpecException(faults);
        }
    }

    private void check(String field, Duration ttl, List<Violation> faults) {
        if (ttl.compareTo(settings.minTtl()) < 0) {
            faults.add(new Violation(field, ttl, "must be at least " + settings.minTtl()));
        }
    }
}
