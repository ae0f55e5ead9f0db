package dev.hearth.controlplane.run;

import static java.util.Objects.requireNonNull;

import dev.hearth.api.Overrides;
import dev.hearth.api.RawJson;
import dev.hearth.api.RunRequest;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.environment.OverridesReader;
import dev.hearth.controlplane.journal.Asked;
import dev.hearth.controlplane.journal.DatabaseAwayException;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.JournalFullException;
import dev.hearth.controlplane.journal.NewRun;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.journal.StoredAction;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.run.IdempotencyKeys.Wanted;
import dev.hearth.model.Violation;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;

/** Accepts runs: checks what was sent against what was deployed, and puts it to the journal. */
@Service
public class RunService {
    /** Longer than the journal is patient with its database. */
    private static final Duration PATIENCE = Duration.ofSeconds(70);

    private final EnvironmentCatalog catalog;
    private final Pools pools;
    private final Payloads payloads;
    private final Journal journal;
    private final RunNames names;
    private final IdempotencyKeys keys;

    RunService(
            EnvironmentCatalog catalog,
            Pools pools,
            Payloads payloads,
            Journal journal,
            RunNames names,
            IdempotencyKeys keys) {
        this.catalog = catalog;
        this.pools = pools;
        this.payloads = payloads;
        this.journal = journal;
        this.names = names;
        this.keys = keys;
    }

    /** Returns once the run is durable. */
    StoredAction submit(String project, RunRequest request) {
        List<Violation> violations = new ArrayList<>();
        required(violations, "environment", request.environment());
        required(violations, "task", request.task());
        String key = request.idempotencyKey();
        if (key != null) {
            IdempotencyKeys.check(violations, "idempotencyKey", key);
        }
        refuse(violations);
        TaskTarget target = catalog.resolve(project, request.environment(), request.task());
        RawJson input = request.input() == null ? RawJson.NULL : request.input();
        catalog.checkInput(target, input, "input");
        Overrides overrides = overrides(target, request.overrides());
        Asked asked = key == null ? null : IdempotencyKeys.asked(input, request.overrides());
        StoredAction root =
                store(List.of(draft(target, input, key, asked, overrides))).getFirst();
        if (!root.created() && key != null && asked != null) {
            keys.requireSame(
                    project, List.of(new Wanted("idempotencyKey", key, target.environment(), target.task(), asked)));
        }
        return root;
    }

    /** Returns once all runs are durable; they share their commits. */
    List<StoredAction> submit(String project, BatchRequest request) {
        List<RawJson> inputs = request.inputs() == null ? List.of() : request.inputs();
        List<@Nullable String> given = request.idempotencyKeys();
        List<Violation> violations = new ArrayList<>();
        required(violations, "environment", request.environment());
        required(violations, "task", request.task());
        if (inputs.isEmpty() || inputs.size() > BatchRequest.MOST) {
            violations.add(new Violation(
                    "inputs", inputs.size() + " inputs", "must be a list of 1 to " + BatchRequest.MOST + " inputs"));
        } else if (given != null) {
            IdempotencyKeys.check(violations, given, inputs.size());
        }
        refuse(violations);
        TaskTarget target =
                catalog.resolve(project, requireNonNull(request.environment()), requireNonNull(request.task()));
        // All inputs are checked before any is stored: nothing half-done.
        for (int i = 0; i < inputs.size(); i++) {
            catalog.checkInput(target, inputs.get(i), "inputs[" + i + "]");
        }
        Overrides overrides = overrides(target, request.overrides());
        if (given == null) {
            return store(inputs.stream()
                    .map(input -> draft(target, input, null, null, overrides))
                    .toList());
        }
        List<Wanted> wanted = new ArrayList<>();
        List<NewRun> runs = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            String key = requireNonNull(given.get(i));
            Asked asked = IdempotencyKeys.asked(inputs.get(i), request.overrides());
            wanted.add(new Wanted("idempotencyKeys[" + i + "]", key, target.environment(), target.task(), asked));
            runs.add(draft(target, inputs.get(i), key, asked, overrides));
        }
        // Before, so that nothing is half-done; after, because another may have taken a key meanwhile.
        keys.requireSame(project, wanted);
        List<StoredAction> roots = store(runs);
        if (!roots.stream().allMatch(StoredAction::created)) {
            keys.requireSame(project, wanted);
        }
        return roots;
    }

    private List<StoredAction> store(List<NewRun> runs) {
        try {
            return journal.submit(runs).stream().map(RunService::await).toList();
        } catch (JournalFullException e) {
            throw new ProblemException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "The server is busy",
                    "More is being submitted than the database can store now. Nothing of this request was stored; try again in"
                            + " a second.",
                    List.of());
        }
    }

    /**
     * Returns once what was live is aborted.
     *
     * @param action null = the whole run
     * @param why as whoever cancels says it; null = says nothing
     */
    public void cancel(String run, @Nullable String action, @Nullable String why) {
        await(journal.cancel(run, action, why));
    }

    private Overrides overrides(TaskTarget target, @Nullable JsonNode body) {
        return body == null ? Overrides.NONE : OverridesReader.read(body, pools.spec(target.versionId()));
    }

    private long pool(TaskTarget target, String run, Overrides overrides) {
        if (overrides.isFresh()) {
            return pools.poolOfCall(target.versionId(), overrides.resources());
        }
        Long pool = target.poolId();
        return pool == null ? pools.poolOfRun(target.versionId(), run) : pool;
    }

    /** Stores a run under the name that was promised for it. Its input was accepted unseen: a worker that cannot read it fails it. */
    public CompletableFuture<StoredAction> submit(
            String name, TaskTarget target, byte[] json, @Nullable String key, @Nullable Asked asked) {
        return journal.submit(draft(name, target, stored(json, Payload.JSON), key, asked, Overrides.NONE));
    }

    /** Throws a 409 problem that says what differs, if the run that has this key was asked for otherwise. */
    public void requireSame(String project, String key, String environment, String task, Asked asked) {
        keys.requireSame(project, List.of(new Wanted("idempotency_key", key, environment, task, asked)));
    }

    /** A name for a run that is not taken. */
    public String drawName(String project) {
        return names.next(project, null);
    }

    /**
     * Starts a run for a door that has checked task and input itself; returns once it is durable. Where the name is taken already
     * the answer is the run that has it.
     */
    public StoredAction start(String name, TaskTarget target, byte[] input, String mediaType) {
        return store(List.of(draft(name, target, stored(input, mediaType), null, null, Overrides.NONE)))
                .getFirst();
    }

    private NewRun draft(
            TaskTarget target, RawJson input, @Nullable String key, @Nullable Asked asked, Overrides overrides) {
        return draft(
                names.next(target.project(), key), target, stored(input.bytes(), Payload.JSON), key, asked, overrides);
    }

    private NewRun draft(
            String name,
            TaskTarget target,
            Payload input,
            @Nullable String key,
            @Nullable Asked asked,
            Overrides overrides) {
        return new NewRun(
                name,
                target.project(),
                target.environment(),
                target.versionId(),
                target.version(),
                target.task(),
                pool(target, name, overrides),
                input,
                key,
                overrides.applyTo(target.terms()),
                overrides.priority() == null ? 0 : overrides.priority(),
                asked);
    }

    private Payload stored(byte[] input, String mediaType) {
        try {
            return payloads.of(input, mediaType);
        } catch (UncheckedIOException e) {
            throw new ProblemException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "The blob store cannot store",
                    "The input has " + input.length
                            + " bytes, too many for a row of the database, and the blob store refused" + " them: "
                            + e.getMessage() + ". Nothing was started; try again when there is room.",
                    List.of());
        }
    }

    private static void required(List<Violation> violations, String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            violations.add(new Violation(field, value, "is required: a name, not blank"));
        }
    }

    private static void refuse(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
    }

    private static <A> A await(CompletableFuture<A> answer) {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        } catch (ExecutionException | TimeoutException e) {
            throw e.getCause() instanceof DatabaseAwayException away ? away(away) : unavailable();
        }
    }

    private static ProblemException away(DatabaseAwayException away) {
        return new ProblemException(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The database is away",
                "At the moment " + away.getMessage()
                        + ". Nothing of this request was stored; try again in a few seconds.",
                List.of());
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The database does not answer",
                "Try again in a few seconds; use an idempotencyKey so that a run is not started twice.",
                List.of());
    }
}
