package dev.hearth.controlplane.flyte;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.flyte.FlyteStore.ActionRow;
import dev.hearth.controlplane.flyte.FlyteStore.EndedChild;
import dev.hearth.controlplane.flyte.FlyteStore.FlyteRun;
import dev.hearth.controlplane.flyte.FlyteStore.Parent;
import dev.hearth.controlplane.flyte.Targets.Ready;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import dev.hearth.controlplane.flyte.connect.ServerStream;
import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.Feed;
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
import dev.hearth.model.ActionPhase;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.Terms;
import flyteidl2.actions.AbortRequest;
import flyteidl2.actions.AbortResponse;
import flyteidl2.actions.Action;
import flyteidl2.actions.EnqueueRequest;
import flyteidl2.actions.EnqueueResponse;
import flyteidl2.actions.WatchForUpdatesRequest;
import flyteidl2.actions.WatchForUpdatesResponse;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.core.ContainerError;
import flyteidl2.core.ErrorDocument;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskSpec;
import flyteidl2.workflow.ControlMessage;
import flyteidl2.workflow.TraceAction;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code flyteidl2.actions.ActionsService}: what a running task asks of its children. */
@Component
final class FlyteActions implements ConnectService {
    private static final Duration SLOW_LOOK = Duration.ofSeconds(2);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);

    /** The SDK waits five seconds, and then asks again. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    /** An end may be committed so long after its time. */
    private static final Duration COMMITTED_WITHIN = Duration.ofMinutes(5);

    private static final String ROOT = "a0";

    private static final int LONGEST_MESSAGE = 32 * 1024;

    private static final Set<ActionPhase> ENDED_BADLY =
            Set.of(ActionPhase.FAILED, ActionPhase.ABORTED, ActionPhase.TIMED_OUT);

    private final FlyteStore store;
    private final Targets targets;
    private final FlyteFiles files;
    private final Engine engine;

    FlyteActions(FlyteStore store, Targets targets, FlyteFiles files, Engine engine) {
        this.store = store;
        this.targets = targets;
        this.files = files;
        this.engine = engine;
    }

    /** What takes children in and tells of them. */
    @Component("flyteChildren")
    record Engine(Journal journal, Payloads payloads, Pools pools, RunService runs, Feed feed, Clock clock) {}

    @Override
    public String name() {
        return "flyteidl2.actions.ActionsService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("Enqueue", EnqueueRequest.getDefaultInstance(), this::enqueue);
        methods.unary("Abort", AbortRequest.getDefaultInstance(), this::abort);
        methods.stream("WatchForUpdates", WatchForUpdatesRequest.getDefaultInstance(), this::watch);
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
        engine.runs().cancel(run, id.getName());
        return AbortResponse.getDefaultInstance();
    }

    /** The children that there are, a mark, and then each end, without a gap in between. */
    private void watch(WatchForUpdatesRequest request, ServerStream<WatchForUpdatesResponse> stream)
            throws IOException, InterruptedException {
        ActionIdentifier id = request.getParentActionId();
        String run = id.getRun().getName();
        String parent = id.getName();
        Place place =
                store.run(run).orElseThrow(() -> FlyteRuns.unknown(run, parent)).place();
        Queue<ActionChange> changes = new ConcurrentLinkedQueue<>();
        AtomicBoolean elsewhere = new AtomicBoolean();
        try (Feed.Subscription subscription = engine.feed()
                .subscribe(
                        run,
                        change -> {
                            if (parent.equals(change.parent()) || parent.equals(change.name())) {
                                changes.add(change);
                                stream.ring();
                            }
                        },
                        () -> {
                            elsewhere.set(true);
                            stream.ring();
                        })) {
            Children children = new Children(place, run, parent, stream);
            children.look();
            children.mark();
            long lookedAt = System.nanoTime();
            long spokenAt = System.nanoTime();
            while (stream.isOpen() && !children.isOver()) {
                boolean news = stream.await(SLOW_LOOK);
                for (ActionChange change = changes.poll(); change != null; change = changes.poll()) {
                    children.tell(change);
                    spokenAt = System.nanoTime();
                }
                if (elsewhere.getAndSet(false) || (!news && System.nanoTime() - lookedAt > SLOW_LOOK.toNanos())) {
                    children.look();
                    lookedAt = System.nanoTime();
                }
                if (System.nanoTime() - spokenAt > KEEP_ALIVE.toNanos()) {
                    children.mark();
                    spokenAt = System.nanoTime();
                }
            }
        }
    }

    /** What was said on one stream of the children of one parent. */
    private final class Children {
        private final Place place;
        private final String run;
        private final String parent;
        private final ServerStream<WatchForUpdatesResponse> stream;
        private final Map<String, ActionPhase> told = new HashMap<>();
        private Instant lookedAt = Instant.EPOCH;
        private boolean over;

        Children(Place place, String run, String parent, ServerStream<WatchForUpdatesResponse> stream) {
            this.place = place;
            this.run = run;
            this.parent = parent;
            this.stream = stream;
        }

        boolean isOver() {
            return over;
        }

        void mark() throws IOException {
            stream.send(WatchForUpdatesResponse.newBuilder()
                    .setControlMessage(ControlMessage.newBuilder().setSentinel(true))
                    .build());
        }

        /** Those that ended badly under an earlier attempt of the parent begin anew when they are asked for. */
        void look() throws IOException {
            ActionRow own = store.action(run, parent).orElseThrow(() -> FlyteRuns.unknown(run, parent));
            Instant now = engine.clock().instant();
            List<EndedChild> page = store.endedChildren(run, parent, lookedAt, 0);
            while (!page.isEmpty()) {
                for (EndedChild child : page) {
                    if (!ENDED_BADLY.contains(child.phase()) || child.parentAttempt() >= own.attempt()) {
                        tell(child.name(), child.phase(), child.result(), child.error());
                    }
                }
                page = page.size() < FlyteStore.CHILDREN
                        ? List.of()
                        : store.endedChildren(
                                run, parent, lookedAt, page.getLast().id());
            }
            lookedAt = now.minus(COMMITTED_WITHIN);
            over = own.phase().isTerminal();
        }

        void tell(ActionChange change) throws IOException {
            if (change.name().equals(parent)) {
                over = change.phase().isTerminal();
                return;
            }
            tell(
                    change.name(),
                    change.phase(),
                    change.outcome() instanceof Succeeded succeeded ? targets.result(succeeded.output()) : null,
                    change.outcome() instanceof Failed failed ? failed : null);
        }

        private void tell(String child, ActionPhase phase, @Nullable Result result, @Nullable Failed error)
                throws IOException {
            // How it goes meanwhile nobody waits for.
            if (phase.isTerminal() && told.put(child, phase) != phase) {
                stream.send(WatchForUpdatesResponse.newBuilder()
                        .setActionUpdate(Messages.update(Messages.id(place, run, child), phase, result, error))
                        .build());
            }
        }
    }
}
