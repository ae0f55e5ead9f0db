package dev.hearth.controlplane.environment;

import dev.hearth.api.RawJson;
import dev.hearth.controlplane.environment.CatalogStore.Active;
import dev.hearth.controlplane.environment.CatalogStore.Deployed;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Terms;
import dev.hearth.model.Violation;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds the deployed task that a call means, and checks inputs against what the task declares. Thread-safe. */
@Component
public final class EnvironmentCatalog {
    /** More versions than this are not remembered at a time; the next call reads its own again. */
    private static final int REMEMBERED = 10_000;

    private final CatalogStore store;
    private final Map<Long, Deployed> versions = new ConcurrentHashMap<>();

    EnvironmentCatalog(CatalogStore store) {
        this.store = store;
    }

    /**
     * A task of a deployed version.
     *
     * @param terms as the code declares them
     * @param poolId null for scope run, where each run has a pool of its own
     */
    public record TaskTarget(
            String project,
            String environment,
            long versionId,
            String version,
            String task,
            Terms terms,
            @Nullable Long poolId) {}

    /**
     * A task in the active version of an environment: one indexed SELECT, the rest is remembered.
     *
     * @throws ProblemException 404 for an unknown environment, 400 for an unknown task, 409 if the environment takes no runs
     */
    public TaskTarget resolve(String project, String environment, String task) {
        Active active = store.active(project, environment);
        if (active == null) {
            throw NearNames.unknownEnvironment(project, environment, store.names(project));
        }
        switch (active.state()) {
            // What is paused takes runs: they wait until it is resumed.
            case ACTIVE, PAUSED -> {}
            case RETIRED ->
                throw ProblemException.conflict(
                        "Environment " + environment + " is retired; deploy it to run its tasks.");
        }
        return target(version(active.versionId()), task);
    }

    /**
     * The id of an environment, in whatever state.
     *
     * @throws ProblemException 404 for an unknown environment, naming those that come near
     */
    public long id(String project, String environment) {
        Long id = store.id(project, environment);
        if (id == null) {
            throw NearNames.unknownEnvironment(project, environment, store.names(project));
        }
        return id;
    }

    /**
     * The reuse policy of the active version; null if it has none.
     *
     * @throws ProblemException 404 for an unknown environment
     */
    public @Nullable ReusePolicy reuse(String project, String environment) {
        id(project, environment);
        Active active = store.active(project, environment);
        return active == null ? null : store.reuse(active.versionId());
    }

    /**
     * A task that a running action calls: in its own version if it names its own environment or none (empty), else in the
     * active version of another environment of its project.
     *
     * @throws ProblemException as {@link #resolve}
     */
    public TaskTarget resolveChild(long parentVersionId, String environment, String task) {
        Deployed parent = version(parentVersionId);
        if (environment.isEmpty() || environment.equals(parent.environment())) {
            return target(parent, task);
        }
        return resolve(parent.project(), environment, task);
    }

    /**
     * Checks an input: its texts are Unicode, and it fits the schema that its task declares; tasks without one take anything.
     *
     * @param field of the request that holds the input
     * @throws ProblemException 400 that names each faulty field from {@code field} down
     */
    public void checkInput(TaskTarget target, RawJson input, String field) {
        DeclaredSchema schema = version(target.versionId()).schemas().get(target.task());
        if (schema != null) {
            schema.check(input, field);
        }
    }

    private static TaskTarget target(Deployed version, String task) {
        if (!version.schemas().containsKey(task)) {
            throw ProblemException.invalid(new Violation(
                    "task",
                    task,
                    "is no task of environment " + version.environment() + "; its tasks are "
                            + String.join(", ", version.schemas().keySet())));
        }
        return new TaskTarget(
                version.project(),
                version.environment(),
                version.id(),
                version.name(),
                task,
                version.terms().getOrDefault(task, Terms.DEFAULT),
                version.poolId());
    }

    /** A version never changes, apart from its state, which is not kept here. */
    private Deployed version(long id) {
        Deployed known = versions.get(id);
        if (known != null) {
            return known;
        }
        if (versions.size() >= REMEMBERED) {
            versions.clear();
        }
        Deployed read = store.version(id);
        versions.put(id, read);
        return read;
    }
}
