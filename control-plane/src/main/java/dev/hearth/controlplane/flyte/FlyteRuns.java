package dev.hearth.controlplane.flyte;

import com.google.protobuf.Message;
import dev.hearth.controlplane.flyte.FlyteStore.ActionRow;
import dev.hearth.controlplane.flyte.FlyteStore.FlyteRun;
import dev.hearth.controlplane.flyte.Targets.Ready;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import dev.hearth.controlplane.flyte.connect.ServerStream;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.journal.StoredAction;
import dev.hearth.controlplane.run.RunService;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskSpec;
import flyteidl2.workflow.AbortActionRequest;
import flyteidl2.workflow.AbortActionResponse;
import flyteidl2.workflow.AbortRunRequest;
import flyteidl2.workflow.AbortRunResponse;
import flyteidl2.workflow.ActionDetails;
import flyteidl2.workflow.CreateRunRequest;
import flyteidl2.workflow.CreateRunResponse;
import flyteidl2.workflow.GetActionDataURIsRequest;
import flyteidl2.workflow.GetActionDataURIsResponse;
import flyteidl2.workflow.GetActionDetailsRequest;
import flyteidl2.workflow.GetActionDetailsResponse;
import flyteidl2.workflow.GetRunDetailsRequest;
import flyteidl2.workflow.GetRunDetailsResponse;
import flyteidl2.workflow.ListActionsRequest;
import flyteidl2.workflow.ListActionsResponse;
import flyteidl2.workflow.ListRunsRequest;
import flyteidl2.workflow.ListRunsResponse;
import flyteidl2.workflow.Run;
import flyteidl2.workflow.RunDetails;
import flyteidl2.workflow.WatchActionDetailsRequest;
import flyteidl2.workflow.WatchActionDetailsResponse;
import flyteidl2.workflow.WatchRunDetailsRequest;
import flyteidl2.workflow.WatchRunDetailsResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** {@code flyteidl2.workflow.RunService}: starts, shows and aborts runs. */
@Component
final class FlyteRuns implements ConnectService {
    /** Beneath the news of the journal. */
    private static final Duration SLOW_LOOK = Duration.ofSeconds(2);

    /** A watcher that has gone is noticed when it is written to. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);

    private static final String ROOT = "a0";

    private final FlyteStore store;
    private final FlyteTaskStore tasks;
    private final Targets targets;
    private final Messages messages;
    private final FlyteFiles files;
    private final Engine engine;

    FlyteRuns(
            FlyteStore store,
            FlyteTaskStore tasks,
            Targets targets,
            Messages messages,
            FlyteFiles files,
            Engine engine) {
        this.store = store;
        this.tasks = tasks;
        this.targets = targets;
        this.messages = messages;
        this.files = files;
        this.engine = engine;
    }

    /** What starts and ends runs, and tells of them. */
    @Component
    record Engine(RunService runs, Feed feed, Clock clock) {}

    @Override
    public String name() {
        return "flyteidl2.workflow.RunService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("CreateRun", CreateRunRequest.getDefaultInstance(), this::create);
        methods.unary("AbortRun", AbortRunRequest.getDefaultInstance(), this::abort);
        methods.unary("AbortAction", AbortActionRequest.getDefaultInstance(), this::abortAction);
        methods.unary("GetRunDetails", GetRunDetailsRequest.getDefaultInstance(), this::details);
        methods.unary("GetActionDetails", GetActionDetailsRequest.getDefaultInstance(), this::actionDetails);
        methods.unary("GetActionDataURIs", GetActionDataURIsRequest.getDefaultInstance(), this::dataUris);
        methods.unary("ListRuns", ListRunsRequest.getDefaultInstance(), this::list);
        methods.unary("ListActions", ListActionsRequest.getDefaultInstance(), this::listActions);
        methods.stream("WatchActionDetails", WatchActionDetailsRequest.getDefaultInstance(), this::watchAction);
        methods.stream("WatchRunDetails", WatchRunDetailsRequest.getDefaultInstance(), this::watchRun);
    }

    private CreateRunResponse create(CreateRunRequest request) {
        Place place = request.hasRunId() ? Place.of(request.getRunId()) : Place.of(request.getProjectId());
        if (request.getInputWrapperCase() != CreateRunRequest.InputWrapperCase.OFFLOADED_INPUT_DATA) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT, "offloaded_input_data is required: ask UploadInputs for it");
        }
        String name = request.hasRunId()
                ? Names.name("run", request.getRunId().getName())
                : engine.runs().drawName(place.hearthProject());
        // Looked at before anything is stored under its name: it may be the run of another door.
        if (request.hasRunId() && store.action(name, ROOT).isPresent()) {
            throw taken(name);
        }
        RunSpec runSpec = request.getRunSpec();
        Unserved.refuse(runSpec);
        String inputs = Names.address("uri", request.getOffloadedInputData().getUri());
        Instant start = engine.clock().instant();
        Ready ready = targets.of(place, spec(request), runSpec, inputs, files.runBase(place, name), start, null);
        store.save(name, place, runSpec);
        StoredAction root = engine.runs().start(name, ready.target(), ready.input(), Call.MEDIA_TYPE);
        if (!root.created()) {
            throw taken(name);
        }
        return CreateRunResponse.newBuilder()
                .setRun(Run.newBuilder().setAction(messages.action(place, find(name, ROOT))))
                .build();
    }

    private static ConnectException taken(String run) {
        return new ConnectException(Code.ALREADY_EXISTS, "there is a run " + run + " already");
    }

    private TaskSpec spec(CreateRunRequest request) {
        return switch (request.getTaskCase()) {
            case TASK_SPEC -> request.getTaskSpec();
            case TASK_ID -> {
                TaskIdentifier id = request.getTaskId();
                yield tasks.task(id).map(task -> tasks.spec(task.spec())).orElseThrow(() -> FlyteTasks.unknown(id));
            }
            case TRIGGER_NAME -> throw new ConnectException(Code.UNIMPLEMENTED, "Hearth has no triggers");
            case TASK_NOT_SET -> throw new ConnectException(Code.INVALID_ARGUMENT, "task_spec or task_id is required");
        };
    }

    private AbortRunResponse abort(AbortRunRequest request) {
        find(request.getRunId().getName(), ROOT);
        engine.runs().cancel(request.getRunId().getName(), null, Names.reason(request.getReason()));
        return AbortRunResponse.getDefaultInstance();
    }

    private AbortActionResponse abortAction(AbortActionRequest request) {
        ActionIdentifier id = request.getActionId();
        find(id.getRun().getName(), id.getName());
        engine.runs().cancel(id.getRun().getName(), id.getName(), Names.reason(request.getReason()));
        return AbortActionResponse.getDefaultInstance();
    }

    private GetRunDetailsResponse details(GetRunDetailsRequest request) {
        return GetRunDetailsResponse.newBuilder()
                .setDetails(runDetails(request.getRunId().getName()))
                .build();
    }

    private RunDetails runDetails(String run) {
        FlyteRun known = store.run(run).orElseThrow(() -> unknown(run, ROOT));
        return RunDetails.newBuilder()
                .setRunSpec(known.spec())
                .setAction(messages.details(known.place(), find(run, ROOT)))
                .build();
    }

    private GetActionDetailsResponse actionDetails(GetActionDetailsRequest request) {
        return GetActionDetailsResponse.newBuilder()
                .setDetails(details(request.getActionId()))
                .build();
    }

    private ActionDetails details(ActionIdentifier id) {
        return messages.details(place(id.getRun().getName()), find(id.getRun().getName(), id.getName()));
    }

    private GetActionDataURIsResponse dataUris(GetActionDataURIsRequest request) {
        ActionIdentifier id = request.getActionId();
        ActionRow row = find(id.getRun().getName(), id.getName());
        GetActionDataURIsResponse.Builder uris = GetActionDataURIsResponse.newBuilder();
        if (row.call() != null) {
            uris.setInputsUri(row.call().inputsUri());
        }
        if (row.result() != null) {
            uris.setOutputsUri(row.result().outputsUri());
        }
        return uris.build();
    }

    private ListRunsResponse list(ListRunsRequest request) {
        Place place = switch (request.getScopeByCase()) {
            case PROJECT_ID -> Place.of(request.getProjectId());
            case TASK_NAME ->
                new Place(
                        "",
                        request.getTaskName().getProject(),
                        request.getTaskName().getDomain());
            case TASK_ID ->
                new Place(
                        "",
                        request.getTaskId().getProject(),
                        request.getTaskId().getDomain());
            case ORG, TRIGGER_NAME, SCOPEBY_NOT_SET ->
                throw new ConnectException(Code.INVALID_ARGUMENT, "project_id, task_name or task_id is required");
        };
        String task = switch (request.getScopeByCase()) {
            case TASK_NAME -> request.getTaskName().getName();
            case TASK_ID -> request.getTaskId().getName();
            case PROJECT_ID, ORG, TRIGGER_NAME, SCOPEBY_NOT_SET -> null;
        };
        Unserved.refuseFilters(request.getRequest());
        Page page = Page.of(request.getRequest());
        List<ActionRow> rows = store.roots(place, task, page.limit() + 1, page.offset());
        ListRunsResponse.Builder runs = ListRunsResponse.newBuilder().setToken(page.next(rows));
        page.items(rows)
                .forEach(row -> runs.addRuns(Run.newBuilder().setAction(messages.action(place(row.run()), row))));
        return runs.build();
    }

    private ListActionsResponse listActions(ListActionsRequest request) {
        String run = request.getRunId().getName();
        Place place = place(run);
        Unserved.refuseFilters(request.getRequest());
        Page page = Page.of(request.getRequest());
        List<ActionRow> rows = store.actions(run, page.limit() + 1, page.offset());
        ListActionsResponse.Builder actions = ListActionsResponse.newBuilder().setToken(page.next(rows));
        page.items(rows).forEach(row -> actions.addActions(messages.action(place, row)));
        return actions.build();
    }

    private void watchAction(WatchActionDetailsRequest request, ServerStream<WatchActionDetailsResponse> stream)
            throws IOException, InterruptedException {
        ActionIdentifier id = request.getActionId();
        watch(
                id.getRun().getName(),
                id.getName(),
                stream,
                () -> WatchActionDetailsResponse.newBuilder()
                        .setDetails(details(id))
                        .build());
    }

    private void watchRun(WatchRunDetailsRequest request, ServerStream<WatchRunDetailsResponse> stream)
            throws IOException, InterruptedException {
        String run = request.getRunId().getName();
        watch(
                run,
                ROOT,
                stream,
                () -> WatchRunDetailsResponse.newBuilder()
                        .setDetails(runDetails(run))
                        .build());
    }

    /** What there is now, then each change, until the action has ended. */
    private <M extends Message> void watch(String run, String action, ServerStream<M> stream, Supplier<M> read)
            throws IOException, InterruptedException {
        try (Feed.Subscription changes = engine.feed()
                .subscribe(
                        run,
                        change -> {
                            if (change.name().equals(action)) {
                                stream.ring();
                            }
                        },
                        stream::ring)) {
            M last = null;
            long spokenAt = System.nanoTime();
            while (stream.isOpen()) {
                boolean ended = find(run, action).phase().isTerminal();
                M now = read.get();
                if (!now.equals(last) || System.nanoTime() - spokenAt > KEEP_ALIVE.toNanos()) {
                    stream.send(now);
                    last = now;
                    spokenAt = System.nanoTime();
                }
                if (ended) {
                    return;
                }
                stream.await(SLOW_LOOK);
            }
        }
    }

    private ActionRow find(String run, String action) {
        return store.action(run, action).orElseThrow(() -> unknown(run, action));
    }

    private Place place(String run) {
        return store.run(run).orElseThrow(() -> unknown(run, ROOT)).place();
    }

    static ConnectException unknown(String run, String action) {
        return new ConnectException(Code.NOT_FOUND, "there is no action " + action + " in a run " + run);
    }
}
