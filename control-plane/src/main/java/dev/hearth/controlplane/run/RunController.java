package dev.hearth.controlplane.run;

import dev.hearth.api.ActionView;
import dev.hearth.api.Page;
import dev.hearth.api.RunRequest;
import dev.hearth.api.RunView;
import dev.hearth.api.SubmittedRun;
import dev.hearth.controlplane.journal.StoredAction;
import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Runs over REST. */
@RestController
@RequestMapping(path = "/api/v1", produces = MediaType.APPLICATION_JSON_VALUE)
class RunController {
    private static final String KEY = "Idempotency-Key";

    private final RunService runs;
    private final RunReader reader;
    private final RunWatch watch;
    private final Clock clock;

    RunController(RunService runs, RunReader reader, RunWatch watch, Clock clock) {
        this.runs = runs;
        this.reader = reader;
        this.watch = watch;
        this.clock = clock;
    }

    /**
     * Starts a run: 201, or 200 when the idempotency key is known, 409 when it was given for something else. With {@code wait},
     * answers when it ends or the time is over.
     */
    @Operation(
            operationId = "startRun",
            summary = "Start a run",
            description =
                    "Answers the run with its output, as GET does, if wait (30s, PT30S, seconds) is given. 409 if the"
                            + " idempotency key belongs to a run of another environment, task, input or other overrides. The key may also be"
                            + " given as the header Idempotency-Key.")
    @ApiResponse(
            responseCode = "201",
            description = "A new run",
            content = @Content(schema = @Schema(oneOf = {SubmittedRun.class, RunView.class})))
    @ApiResponse(
            responseCode = "200",
            description = "The run that has this idempotency key already",
            content = @Content(schema = @Schema(oneOf = {SubmittedRun.class, RunView.class})))
    @PostMapping("/runs")
    ResponseEntity<?> submit(
            @RequestBody RunRequest request,
            @RequestParam(defaultValue = "default") String project,
            @RequestParam(required = false) @Nullable String wait,
            @Parameter(hidden = true) @RequestHeader HttpHeaders headers) {
        Duration patience = wait == null ? Duration.ZERO : RunWatch.patience(wait);
        StoredAction root = runs.submit(project, keyed(request, headers));
        HttpStatus status = root.created() ? HttpStatus.CREATED : HttpStatus.OK;
        if (wait != null) {
            return ResponseEntity.status(status).body(watch.await(root.run(), patience));
        }
        return ResponseEntity.status(status).body(new SubmittedRun(root.run(), reader.url(root.run()), root.phase()));
    }

    /** Starts one run for each input, all or none. */
    @Operation(
            operationId = "startRuns",
            summary = "Start one run for each of at most 10,000 inputs, all or none",
            description =
                    "Answers their names in the order of the inputs. With idempotencyKeys, one for each input, a batch that is"
                            + " sent again starts nothing twice; 409 if one of them was given for something else, and then nothing is started.")
    @ApiResponse(responseCode = "201", description = "Some or all are new runs")
    @ApiResponse(responseCode = "200", description = "All of them were known by their idempotency keys")
    @PostMapping("/runs:batch")
    ResponseEntity<Map<String, List<String>>> submitBatch(
            @RequestBody BatchRequest request,
            @RequestParam(defaultValue = "default") String project,
            @Parameter(hidden = true) @RequestHeader HttpHeaders headers) {
        if (headers.containsHeader(KEY)) {
            throw ProblemException.invalid(new Violation(
                    KEY, headers.getFirst(KEY), "is for one run; a batch has a key for each in idempotencyKeys"));
        }
        List<StoredAction> roots = runs.submit(project, request);
        return ResponseEntity.status(
                        roots.stream().anyMatch(StoredAction::created) ? HttpStatus.CREATED : HttpStatus.OK)
                .body(Map.of("names", roots.stream().map(StoredAction::run).toList()));
    }

    /** With the key of the header, if there is one. */
    private static RunRequest keyed(RunRequest request, HttpHeaders headers) {
        List<String> given = headers.getOrEmpty(KEY);
        if (given.isEmpty()) {
            return request;
        }
        String key = given.getFirst().strip();
        if (given.size() > 1
                || (request.idempotencyKey() != null
                        && !request.idempotencyKey().equals(key))) {
            throw ProblemException.invalid(new Violation(
                    KEY,
                    String.join(", ", given),
                    "must be given once, and the same as an idempotencyKey in the body"));
        }
        if (!key.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw ProblemException.invalid(
                    new Violation(KEY, key, "must be ASCII; other characters can stand in idempotencyKey in the body"));
        }
        return new RunRequest(request.environment(), request.task(), request.input(), key, request.overrides());
    }

    /** Newest first. An output that stands in the blob store is shown as its name there, see {@link RunView}. */
    @Operation(
            operationId = "listRuns",
            summary = "The runs of a project, newest first",
            description =
                    "An output that is too large for a row is shown as {\"mediaType\": ..., \"blob\": SHA-256}; the single"
                            + " run shows it in full. A page looks at 100,000 runs at most: where a filter finds little among them it"
                            + " is short, even empty, and its nextCursor goes on.")
    @GetMapping("/runs")
    Page<RunView> list(
            @RequestParam(defaultValue = "default") String project,
            @Parameter(description = "Runs of this environment") @RequestParam(required = false) @Nullable
                    String environment,
            @Parameter(description = "Runs of this task, by its exact name") @RequestParam(required = false) @Nullable
                    String task,
            @Parameter(
                            description =
                                    "Phases of the root, one or several separated by commas: QUEUED, RUNNING, SUCCEEDED,"
                                            + " FAILED, ABORTED, TIMED_OUT",
                            example = "FAILED,TIMED_OUT")
                    @RequestParam(required = false)
                    @Nullable
                    String phase,
            @Parameter(
                            description =
                                    "Runs started no earlier: a time in ISO-8601, or a duration back from now (30m, 1h,"
                                            + " 2d, PT1H)",
                            example = "1h")
                    @RequestParam(required = false)
                    @Nullable
                    String since,
            @Parameter(
                            description =
                                    "Text that stands, in whatever case, in the run's name, environment, task, error code"
                                            + " or error message")
                    @RequestParam(required = false)
                    @Nullable
                    String q,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String limit) {
        RunFilter filter = RunFilter.read(project, environment, task, phase, since, q, clock.instant());
        return reader.runs(
                filter, PageQuery.of(cursor, limit, "runs", project, environment, task, filter.phases(), since, q));
    }

    /** Its output in full. With {@code wait} ({@code 30s}, {@code PT30S}, seconds): when the run ends or the time is over. */
    @Operation(
            operationId = "getRun",
            summary = "A run with its output in full",
            description =
                    "With wait (30s, PT30S, seconds): when the run ends or the time is over. 410 if its output is lost.")
    @GetMapping("/runs/{run}")
    RunView get(@PathVariable String run, @RequestParam(required = false) @Nullable String wait) {
        return wait == null ? reader.run(run) : watch.await(run, RunWatch.patience(wait));
    }

    /** In the order of their creation. What stands in the blob store is shown as its name there, see {@link ActionView}. */
    @Operation(
            operationId = "listActions",
            summary = "The actions of a run, in the order of their creation",
            description =
                    "An input or output that is too large for a row is shown as {\"mediaType\": ..., \"blob\": SHA-256}; the"
                            + " single action shows it in full.")
    @GetMapping("/runs/{run}/actions")
    Page<ActionView> actions(
            @PathVariable String run,
            @Parameter(
                            description =
                                    "Phases that actions show, one or several separated by commas: QUEUED,"
                                            + " WAITING_FOR_RESOURCES, INITIALIZING, RUNNING, SUCCEEDED, FAILED, ABORTED, TIMED_OUT",
                            example = "QUEUED,WAITING_FOR_RESOURCES")
                    @RequestParam(required = false)
                    @Nullable
                    String phase,
            @Parameter(description = "Actions of this task, by its exact name")
                    @RequestParam(required = false)
                    @Nullable
                    String task,
            @Parameter(description = "Actions that this action called, by its name")
                    @RequestParam(required = false)
                    @Nullable
                    String parent,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String limit) {
        ActionFilter filter = ActionFilter.read(phase, task, parent);
        return reader.actions(run, filter, PageQuery.of(cursor, limit, "actions", run, filter.phases(), task, parent));
    }

    /** Its input and output in full. */
    @Operation(
            operationId = "getAction",
            summary = "An action with its input and output in full",
            description = "410 if one of them is lost.")
    @GetMapping("/runs/{run}/actions/{action}")
    ActionView action(@PathVariable String run, @PathVariable String action) {
        return reader.action(run, action);
    }

    /** Server-sent events: each action as it stands, then each change, until the run has ended; at last the run as lists show it. */
    @Operation(
            operationId = "followRun",
            summary = "Server-sent events: each action as it stands, then each change, until the run has ended",
            description =
                    "Events are action, snapshot (the actions so far have been sent) and end, with the run as lists show it.")
    @GetMapping(path = "/runs/{run}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter events(@PathVariable String run) {
        reader.requireKnown(run);
        return watch.events(run);
    }

    @Operation(operationId = "cancelRun", summary = "Abort a run with all its actions")
    @PostMapping("/runs/{run}/cancel")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RunView cancel(@PathVariable String run) {
        reader.requireKnown(run);
        runs.cancel(run, null, null);
        return reader.listed(run);
    }

    @Operation(operationId = "cancelAction", summary = "Abort an action with what it called")
    @PostMapping("/runs/{run}/actions/{action}/cancel")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ActionView cancel(@PathVariable String run, @PathVariable String action) {
        reader.listed(run, action);
        runs.cancel(run, action, null);
        return reader.listed(run, action);
    }
}
