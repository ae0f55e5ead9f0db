package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.FlyteStore.ActionRow;
import dev.hearth.controlplane.flyte.FlyteStore.AttemptRow;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.ErrorCode;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.core.ExecutionError;
import flyteidl2.core.ExecutionError.ErrorKind;
import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskSpec;
import flyteidl2.workflow.AbortInfo;
import flyteidl2.workflow.Action;
import flyteidl2.workflow.ActionAttempt;
import flyteidl2.workflow.ActionDetails;
import flyteidl2.workflow.ActionMetadata;
import flyteidl2.workflow.ActionStatus;
import flyteidl2.workflow.ActionType;
import flyteidl2.workflow.ActionUpdate;
import flyteidl2.workflow.ErrorInfo;
import flyteidl2.workflow.TaskActionMetadata;
import flyteidl2.workflow.TraceActionMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The engine's rows as the SDK's messages. Pure but for the specifications that it looks up. */
@Component
final class Messages {
    /** What the platform does to an action; everything else is the task's own. */
    private static final Set<String> PLATFORM = Set.of(
            ErrorCode.REPLICA_LOST,
            ErrorCode.REPLICA_NEVER_STARTED,
            ErrorCode.STORAGE,
            ErrorCode.TIMED_OUT,
            ErrorCode.QUEUE_TIMED_OUT,
            "SYSTEM");

    private final FlyteStore store;
    private final FlyteTaskStore tasks;

    Messages(FlyteStore store, FlyteTaskStore tasks) {
        this.store = store;
        this.tasks = tasks;
    }

    static flyteidl2.common.ActionPhase phase(ActionPhase phase) {
        return switch (phase) {
            case QUEUED -> flyteidl2.common.ActionPhase.ACTION_PHASE_QUEUED;
            case WAITING_FOR_RESOURCES -> flyteidl2.common.ActionPhase.ACTION_PHASE_WAITING_FOR_RESOURCES;
            case INITIALIZING -> flyteidl2.common.ActionPhase.ACTION_PHASE_INITIALIZING;
            case RUNNING -> flyteidl2.common.ActionPhase.ACTION_PHASE_RUNNING;
            case SUCCEEDED -> flyteidl2.common.ActionPhase.ACTION_PHASE_SUCCEEDED;
            case FAILED -> flyteidl2.common.ActionPhase.ACTION_PHASE_FAILED;
            case ABORTED -> flyteidl2.common.ActionPhase.ACTION_PHASE_ABORTED;
            case TIMED_OUT -> flyteidl2.common.ActionPhase.ACTION_PHASE_TIMED_OUT;
        };
    }

    static ActionIdentifier id(Place place, String run, String action) {
        return ActionIdentifier.newBuilder()
                .setRun(place.run(run))
                .setName(action)
                .build();
    }

    /** How a child stands, for its parent. */
    static ActionUpdate update(
            ActionIdentifier id, ActionPhase phase, @Nullable Result result, @Nullable Failed error) {
        ActionUpdate.Builder update = ActionUpdate.newBuilder().setActionId(id).setPhase(phase(phase));
        if (result != null) {
            update.setOutputUri(result.outputsUri());
        }
        if (error != null) {
            update.setError(ExecutionError.newBuilder()
                    .setCode(code(error))
                    .setMessage(error.message())
                    .setKind(PLATFORM.contains(error.code()) ? ErrorKind.SYSTEM : ErrorKind.USER));
        }
        return update.build();
    }

    /** The SDK knows some failures by names of its own. */
    private static String code(Failed error) {
        return switch (error.code()) {
            case ErrorCode.OUT_OF_MEMORY -> "OOMKilled";
            case ErrorCode.TIMED_OUT -> "MAX_RUNTIME_EXCEEDED";
            case ErrorCode.QUEUE_TIMED_OUT -> "QUEUED_TIMEOUT_EXCEEDED";
            default -> error.code();
        };
    }

    Action action(Place place, ActionRow row) {
        return Action.newBuilder()
                .setId(id(place, row.run(), row.name()))
                .setMetadata(metadata(place, row))
                .setStatus(status(row))
                .build();
    }

    ActionDetails details(Place place, ActionRow row) {
        ActionDetails.Builder details = ActionDetails.newBuilder()
                .setId(id(place, row.run(), row.name()))
                .setMetadata(metadata(place, row))
                .setStatus(status(row));
        Call call = row.call();
        if (call != null && call.spec() != null) {
            details.setTask(tasks.spec(call.spec()));
        }
        Failed error = row.error();
        if (error != null && row.phase() == ActionPhase.ABORTED) {
            details.setAbortInfo(AbortInfo.newBuilder().setReason(error.message()));
        } else if (error != null) {
            details.setErrorInfo(info(error));
        }
        attempts(row).forEach(details::addAttempts);
        return details.build();
    }

    private List<ActionAttempt> attempts(ActionRow row) {
        List<AttemptRow> ended =
                row.phase() == ActionPhase.QUEUED && row.attempt() == 0 ? List.of() : store.attempts(row.id());
        List<ActionAttempt> attempts = new ArrayList<>();
        for (AttemptRow each : ended) {
            attempts.add(attempt(each.number(), each.phase(), each.startedAt(), each.endedAt(), each.error()));
        }
        if (attempts.size() < Math.max(1, row.attempt())) {
            attempts.add(attempt(Math.max(1, row.attempt()), row.phase(), row.startedAt(), row.endedAt(), row.error()));
        }
        return attempts;
    }

    private static ActionAttempt attempt(
            int number, ActionPhase phase, @Nullable Instant started, @Nullable Instant ended, @Nullable Failed error) {
        ActionAttempt.Builder attempt = ActionAttempt.newBuilder()
                .setAttempt(number)
                .setPhase(phase(phase))
                .setLogsAvailable(phase == ActionPhase.RUNNING || phase.isTerminal());
        if (started != null) {
            attempt.setStartTime(time(started));
        }
        if (ended != null) {
            attempt.setEndTime(time(ended));
        }
        if (error != null) {
            attempt.setErrorInfo(info(error));
        }
        return attempt.build();
    }

    private static ErrorInfo info(Failed error) {
        return ErrorInfo.newBuilder()
                .setMessage("[" + code(error) + "] " + error.message())
                .setKind(PLATFORM.contains(error.code()) ? ErrorInfo.Kind.KIND_SYSTEM : ErrorInfo.Kind.KIND_USER)
                .build();
    }

    private ActionMetadata metadata(Place place, ActionRow row) {
        ActionMetadata.Builder metadata = ActionMetadata.newBuilder()
                .setEnvironmentName(row.environment())
                .setFuntionName(row.task().substring(row.task().lastIndexOf('.') + 1));
        if (row.parent() != null) {
            metadata.setParent(row.parent());
        }
        Call call = row.call();
        if (call != null && call.group() != null) {
            metadata.setGroup(call.group());
        }
        if (call != null && call.trace() != null) {
            return metadata.setActionType(ActionType.ACTION_TYPE_TRACE)
                    .setTrace(TraceActionMetadata.newBuilder().setName(call.trace()))
                    .build();
        }
        TaskActionMetadata.Builder task = TaskActionMetadata.newBuilder()
                .setId(TaskIdentifier.newBuilder()
                        .setOrg(place.org())
                        .setProject(place.project())
                        .setDomain(place.domain())
                        .setName(row.task()));
        if (call != null && call.spec() != null) {
            TaskSpec spec = tasks.spec(call.spec());
            task.setShortName(spec.getShortName())
                    .setTaskType(spec.getTaskTemplate().getType());
            task.getIdBuilder().setVersion(spec.getTaskTemplate().getId().getVersion());
        }
        return metadata.setActionType(ActionType.ACTION_TYPE_TASK).setTask(task).build();
    }

    private static ActionStatus status(ActionRow row) {
        ActionStatus.Builder status = ActionStatus.newBuilder()
                .setPhase(phase(row.phase()))
                .setAttempts(Math.max(1, row.attempt()))
                .setStartTime(time(row.createdAt()));
        if (row.endedAt() != null) {
            status.setEndTime(time(row.endedAt()))
                    .setDurationMs(
                            Duration.between(row.createdAt(), row.endedAt()).toMillis());
        }
        return status.build();
    }

    static com.google.protobuf.Timestamp time(Instant time) {
        return com.google.protobuf.Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
