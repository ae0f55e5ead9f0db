package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.environment.CatalogStore.Known;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.Texts;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Terms;
import dev.hearth.model.VersionState;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Finds or makes the environment that a call brings along, where callers declare what they need with each call. Thread-safe. */
@Component
public final class DeclaredEnvironments {
    /** As Kubernetes has them, which is what the callers were made for. */
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_.-][A-Za-z0-9_.-]{0,254}");

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
     * @throws InvalidSpecException as {@link #check}
     */
    public TaskTarget target(String project, String name, EnvironmentSpec spec, String task, Terms terms) {
        check(spec);
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

    /**
     * Refuses what no deployment may ask for.
     *
     * @throws InvalidSpecException for more replicas, slots or variables, or for shorter or longer TTLs
     */
    public void check(EnvironmentSpec spec) {
        List<Violation> faults = new ArrayList<>();
        ReusePolicy reuse = spec.reuse();
        if (reuse != null) {
            check("replicas", reuse.replicas().max(), ReuseReader.MOST_REPLICAS, faults);
            check("concurrency", reuse.concurrency(), ReuseReader.MOST_SLOTS, faults);
            check("scaledownTtl", reuse.scaledownTtl(), faults);
            if (reuse.idleTtl() != null) {
                check("idleTtl", reuse.idleTtl(), faults);
            }
        }
        check("env", spec.env().size(), SpecReader.MOST_VARIABLES, faults);
        spec.env().forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches()) {
                faults.add(new Violation("env", name, "must be named with letters, digits, '_', '.' and '-'"));
            }
            if (value.length() > SpecReader.LONGEST_VALUE || !Texts.isStorable(value)) {
                faults.add(new Violation(
                        "env." + name,
                        value.length() + " characters",
                        "must be at most " + SpecReader.LONGEST_VALUE + " characters without the character U+0000"));
            }
        });
        if (!faults.isEmpty()) {
            throw new InvalidSpecException(faults);
        }
    }

    private static void check(String field, int value, int most, List<Violation> faults) {
        if (value > most) {
            faults.add(new Violation(field, value, "must be at most " + most));
        }
    }

    private void check(String field, Duration ttl, List<Violation> faults) {
        if (ttl.compareTo(settings.minTtl()) < 0 || ttl.compareTo(JsonFields.LONGEST) > 0) {
            faults.add(new Violation(field, ttl, "must be " + settings.minTtl() + " to " + JsonFields.LONGEST));
        }
    }
}
