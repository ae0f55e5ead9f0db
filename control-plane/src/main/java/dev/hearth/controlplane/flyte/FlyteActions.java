package dev.hearth.controlplane.flyte;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.flyte.FlyteStore.FlyteRun;
import dev.hearth.controlplane.flyte.FlyteStore.Parent;
import dev.hearth.controlplane.flyte.Targets.Ready;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.NewChild;
import dev.hearth.controlplane.journal.Outcome;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.journal.StaleAttemptException;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.Texts;
import dev.hearth.controlplane.run.RunService;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.Terms;
import flyteidl2.actions.AbortRequest;
import flyteidl2.actions.AbortResponse;
import flyteidl2.actions.Action;
import flyteidl2.actions.EnqueueRequest;
import flyteidl2.actions.EnqueueResponse;
import flyteidl2.actions.WatchForUpdatesRequest;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.core.ContainerError;
import flyteidl2.core.ErrorDocument;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskSpec;
import flyteidl2.workflow.TraceAction;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code flyteidl2.actions.ActionsService}: what a running task asks of its children. */
@Component
final class FlyteActions implements ConnectService {
    /** The SDK waits five seconds, and then asks again. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final String ROOT = "a0";

    private static final int LONGEST_MESSAGE = 32 * 1024;

    private final FlyteStore store;
    private final Targets targets;
    private final FlyteFiles files;
    private final FlyteChildren children;
    private final Engine engine;

    FlyteActions(FlyteStore store, Targets targets, FlyteFiles files, FlyteChildren children, Engine engine) {
        this.store = store;
        this.targets = targets;
        this.files = files;
        this.children = children;
        this.engine = engine;
    }

    /** What takes children in. */
    @Component("flyteActionsEngine")
    record Engine(Journal journal, Payloads payloads, Pools pools, RunService runs, Clock clock) {}

    @Override
    public String name() {
        return "flyteidl2.actions.ActionsService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("Enqueue", EnqueueRequest.getDefaultInstance(), this::enqueue);
        methods.unary("Abort", AbortRequest.getDefaultInstance(), this::abort);
        methods.stream("WatchForUpdates", WatchForUpdatesRequest.getDefaultInstance(), children::watch);
    }

    private EnqueueResponse enqueue(EnqueueRequest request) {
        Action action = request.getAction();
        checked(action);
        String run = action.getActionId().getRun().getName();
        FlyteRun known = store.run(run).orElseThrow(() -> FlyteRuns.unknown(run, ROOT));
        Parent parent = store.parent(run, action.getParentActionName())
                .orElseThrow(() -> FlyteRuns.unknown(run, action.getParentActionName()));
        AttemptKey running = parent.running();
        if (running == null) {
            throw ended(action);
        }
        NewChild child = switch (action.getSpecCase()) {
            case TASK -> task(known, parent, running, action);
            case TRACE -> trace(known, parent, running, action);
            case CONDITION -> throw unserved("conditions");
            case SPEC_NOT_SET -> throw new ConnectException(Code.INVALID_ARGUMENT, "task or trace is required");
        };
        store(action, child);
        return EnqueueResponse.getDefaultInstance();
    }

    private static void checked(Action action) {
        String name = Names.name("action", action.getActionId().getName());
        if (name.equals(ROOT)) {
            throw new ConnectException(Code.INVALID_ARGUMENT, "action " + ROOT + " is the run itself");
        }
        Names.address("input_uri", action.getInputUri());
        Names.address("run_output_base", action.getRunOutputBase());
        Names.address("group", action.getGroup());
        Names.address("output_uri", action.getTrace().getOutputs().getOutputUri());
        if (action.hasTrace()) {
            Names.text("trace", action.getTrace().getName());
        }
        if (action.getTask().hasCacheKey()) {
            Names.text("cache_key", action.getTask().getCacheKey().getValue());
        }
        if (!action.getTask().getQueue().isEmpty()) {
            throw unserved("queues: every action is executed by this server");
        }
    }

    private NewChild task(FlyteRun run, Parent parent, AttemptKey running, Action action) {
        TaskSpec spec = action.getTask().getSpec();
        Ready ready = targets.of(
                run.place(),
                spec,
                run.spec(),
                action.getInputUri(),
                action.getRunOutputBase(),
                engine.clock().instant(),
                action.getGroup().isEmpty() ? null : action.getGroup());
        String name = action.getActionId().getRun().getName();
        TaskTarget target = ready.target();
        return new NewChild(
                running,
                name,
                action.getActionId().getName(),
                action.getParentActionName(),
                parent.attempt(),
                target.environment(),
                target.versionId(),
                target.task(),
                target.poolId() == null ? engine.pools().poolOfRun(target.versionId(), name) : target.poolId(),
                engine.payloads().of(ready.input(), Call.MEDIA_TYPE),
                target.terms(),
                parent.priority(),
                parent.depth() + 1,
                cached(run, action));
    }

    /** From now on this action is the one whose result counts, unless there is one already that may be taken. */
    private @Nullable Outcome cached(FlyteRun run, Action action) {
        if (!action.getTask().hasCacheKey()) {
            return null;
        }
        String key = action.getTask().getCacheKey().getValue();
        RunSpec spec = run.spec();
        if (!spec.getCacheConfig().getOverwriteCache() && !spec.getOverwriteCache()) {
            Optional<Result> known = store.cached(run.place(), key);
            if (known.isPresent()) {
                return succeeded(known.get());
            }
        }
        store.cache(
                run.place(),
                key,
                action.getActionId().getRun().getName(),
                action.getActionId().getName());
        return null;
    }

    /** A trace has ended when it is told. */
    private NewChild trace(FlyteRun run, Parent parent, AttemptKey running, Action action) {
        TraceAction trace = action.getTrace();
        byte[] input = targets.trace(
                run.place(),
                trace.getName(),
                action.getInputUri(),
                action.getRunOutputBase(),
                action.getGroup().isEmpty() ? null : action.getGroup());
        return new NewChild(
                running,
                action.getActionId().getRun().getName(),
                action.getActionId().getName(),
                action.getParentActionName(),
                parent.attempt(),
                parent.environment(),
                parent.versionId(),
                trace.getName(),
                parent.pool(),
                new Payload(input, Call.MEDIA_TYPE, null),
                Terms.DEFAULT,
                0,
                parent.depth() + 1,
                trace.getPhase() == flyteidl2.common.ActionPhase.ACTION_PHASE_SUCCEEDED
                        ? succeeded(new Result(trace.getOutputs().getOutputUri()))
                        : failed(action));
    }

    private Outcome succeeded(Result result) {
        return new Succeeded(new Payload(targets.bytes(result), Result.MEDIA_TYPE, null));
    }

    /** The SDK leaves the error beside the other files of the trace. */
    private Failed failed(Action action) {
        Optional<byte[]> file = files.read(
                action.getRunOutputBase() + "/" + action.getActionId().getName() + "/error.pb");
        try {
            ContainerError error = file.isEmpty()
                    ? ContainerError.getDefaultInstance()
                    : ErrorDocument.parseFrom(file.get()).getError();
            return new Failed(
                    error.getCode().isEmpty() ? ErrorCode.USER : storable(error.getCode()),
                    storable(error.getMessage()),
                    null);
        } catch (InvalidProtocolBufferException e) {
            return new Failed(ErrorCode.USER, "its error.pb cannot be read: " + e.getMessage(), null);
        }
    }

    private static String storable(String text) {
        String kept = text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) : text;
        return Texts.isStorable(kept) ? kept : kept.replace('\0', '\uFFFD');
    }

    private void store(Action action, NewChild child) {
        try {
            engine.journal().submit(child).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StaleAttemptException) {
                throw ended(action);
            }
            throw new ConnectException(Code.UNAVAILABLE, "the action could not be stored: " + e.getCause());
        } catch (TimeoutException e) {
            throw new ConnectException(Code.UNAVAILABLE, "the database does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException(Code.UNAVAILABLE, "the server is stopping");
        }
    }

    /** Not UNIMPLEMENTED, after which the SDK asks a hundred times more. */
    private static ConnectException unserved(String what) {
        return new ConnectException(Code.INVALID_ARGUMENT, "Hearth does not serve " + what);
    }

    private static ConnectException ended(Action action) {
        return new ConnectException(Code.ABORTED, "action " + action.getParentActionName() + " does not run any more");
    }

    private AbortResponse abort(AbortRequest request) {
        ActionIdentifier id = request.getActionId();
        String run = id.getRun().getName();
        if (store.action(run, id.getName()).isEmpty()) {
            throw FlyteRuns.unknown(run, id.getName());
        }
        engine.runs().cancel(run, id.getName(), Names.reason(request.getReason()));
        return AbortResponse.getDefaultInstance();
    }
}
