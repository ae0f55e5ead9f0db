package dev.hearth.controlplane.run;

import static java.util.Objects.requireNonNull;

import dev.hearth.api.Overrides;
import dev.hearth.api.RawJson;
import dev.hearth.api.RunRequest;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.environment.OverridesReader;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.JournalFullException;
import dev.hearth.controlplane.journal.NewRun;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.journal.StoredAction;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
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
    private static final int LONGEST_KEY = 200;

    /** Longer than the journal is patient with its database. */
    private static final Duration PATIENCE = Duration.ofSeconds(70);

    private final EnvironmentCatalog catalog;
    private final Pools pools;
    private final Payloads payloads;
    private final Journal journal;
    private final RunNames names;

    RunService(EnvironmentCatalog catalog, Pools pools, Payloads payloads, Journal journal, RunNames names) {
        this.catalog = catalog;
        this.pools = pools;
        this.payloads = payloads;
        this.journal = journal;
        this.names = names;
    }

    /** Returns once the run is durable. */
    StoredAction submit(String project, RunRequest request) {
        List<Violation> violations = new ArrayList<>();
        required(violations, "environment", request.environment());
        required(violations, "task", request.task());
        checkKey(violations, request.idempotencyKey());
        refuse(violations);
        TaskTarget target = catalog.resolve(project, request.environment(), request.task());
        RawJson input = request.input() == null ? RawJson.NULL : request.input();
        catalog.checkInput(target, input, "input");
        Overrides overrides = overrides(target, request.overrides());
        return store(List.of(draft(target, input, request.idempotencyKey(), overrides)))
                .getFirst();
    }

    /** Returns once all runs are durable; they share their commits. */
    List<StoredAction> submit(String project, BatchRequest request) {
        List<RawJson> inputs = request.inputs() == null ? List.of() : request.inputs();
        List<Violation> violations = new ArrayList<>();
        required(violations, "environment", request.environment());
        required(violations, "task", request.task());
        if (inputs.isEmpty() || inputs.size() > BatchRequest.MOST) {
            violations.add(new Violation(
                    "inputs", inputs.size() + " inputs", "must be a list of 1 to " + BatchRequest.MOST + " inputs"));
        }
        refuse(violations);
        TaskTarget target =
                catalog.resolve(project, requireNonNull(request.environment()), requireNonNull(request.task()));
        // All inputs are checked before any is stored: nothing half-done.
        for (int i = 0; i < inputs.size(); i++) {
            catalog.checkInput(target, inputs.get(i), "inputs[" + i + "]");
        }
        Overrides overrides = overrides(target, request.overrides());
        return store(inputs.stream()
                .map(input -> draft(target, input, null, overrides))
                .toList());
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
    public CompletableFuture<StoredAction> submit(String name, TaskTarget target, byte[] json, @Nullable String key) {
        return journal.submit(draft(name, target, stored(json, Payload.JSON), key, Overrides.NONE));
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
        return store(List.of(draft(name, target, stored(input, mediaType), null, Overrides.NONE)))
                .getFirst();
    }

    private NewRun draft(TaskTarget target, RawJson input, @Nullable String key, Overrides overrides) {
        return draft(names.next(target.project(), key), target, stored(input.bytes(), Payload.JSON), key, overrides);
    }

    private NewRun draft(String name, TaskTarget target, Payload input, @Nullable String key, Overrides overrides) {
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
                overrides.priority() == null ? 0 : overrides.priority());
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

    private static void checkKey(List<Violation> violations, @Nullable String key) {
        if (key != null
                && (key.isBlank() || key.length() > LONGEST_KEY || key.chars().anyMatch(Character::isISOControl))) {
            violations.add(new Violation(
                    "idempotencyKey", key, "must be 1 to " + LONGEST_KEY + " characters without control characters"));
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
            throw unavailable();
        }
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The database does not answer",
                "Try again in a few seconds; use an idempotencyKey so that a run is not started twice.",
                List.of());
    }
}
