package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.FlyteTaskStore.DeployedTask;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import flyteidl2.common.Filter;
import flyteidl2.common.ListRequest;
import flyteidl2.common.ProjectIdentifier;
import flyteidl2.core.Identifier;
import flyteidl2.task.DeployTaskRequest;
import flyteidl2.task.DeployTaskResponse;
import flyteidl2.task.GetTaskDetailsRequest;
import flyteidl2.task.GetTaskDetailsResponse;
import flyteidl2.task.ListTasksRequest;
import flyteidl2.task.ListTasksResponse;
import flyteidl2.task.ListVersionsRequest;
import flyteidl2.task.ListVersionsResponse;
import flyteidl2.task.Task;
import flyteidl2.task.TaskDetails;
import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskMetadata;
import flyteidl2.task.TaskName;
import flyteidl2.task.TaskSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code flyteidl2.task.TaskService}: tasks that were deployed under a name and a version. */
@Component
final class FlyteTasks implements ConnectService {
    private static final String NAME_FIELD = "name";

    private final FlyteTaskStore store;
    private final Targets targets;

    FlyteTasks(FlyteTaskStore store, Targets targets) {
        this.store = store;
        this.targets = targets;
    }

    @Override
    public String name() {
        return "flyteidl2.task.TaskService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("DeployTask", DeployTaskRequest.getDefaultInstance(), this::deploy);
        methods.unary("GetTaskDetails", GetTaskDetailsRequest.getDefaultInstance(), this::details);
        methods.unary("ListTasks", ListTasksRequest.getDefaultInstance(), this::list);
        methods.unary("ListVersions", ListVersionsRequest.getDefaultInstance(), this::versions);
    }

    /** Checked as if it were to run now; replicas start with its first run. */
    private DeployTaskResponse deploy(DeployTaskRequest request) {
        if (request.getTriggersCount() > 0) {
            throw new ConnectException(Code.UNIMPLEMENTED, "Hearth has no triggers");
        }
        TaskIdentifier id = request.getTaskId();
        checkIsOf(id, request.getSpec());
        targets.check(request.getSpec());
        store.deploy(id, store.save(request.getSpec()));
        return DeployTaskResponse.getDefaultInstance();
    }

    /** Its actions bear the names that the spec has: who looks for a task by its id must find them. */
    private static void checkIsOf(TaskIdentifier id, TaskSpec spec) {
        Place.of(project(id));
        Names.text("task", id.getName());
        Names.text("version", id.getVersion());
        Identifier declared = spec.getTaskTemplate().getId();
        if (!id.getName().equals(declared.getName()) || !id.getVersion().equals(declared.getVersion())) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT,
                    "task_id is " + id.getName() + " in version " + id.getVersion() + ", its spec is of "
                            + declared.getName() + " in version " + declared.getVersion());
        }
        if (ImageBuilds.isBuild(id)) {
            throw new ConnectException(Code.INVALID_ARGUMENT, "task " + id.getName() + " is this server's own");
        }
    }

    private static ProjectIdentifier project(TaskIdentifier id) {
        return ProjectIdentifier.newBuilder()
                .setOrganization(id.getOrg())
                .setName(id.getProject())
                .setDomain(id.getDomain())
                .build();
    }

    private GetTaskDetailsResponse details(GetTaskDetailsRequest request) {
        keepBuilder(request.getTaskId());
        DeployedTask task = store.task(request.getTaskId()).orElseThrow(() -> unknown(request.getTaskId()));
        TaskSpec spec = store.spec(task.spec());
        return GetTaskDetailsResponse.newBuilder()
                .setDetails(TaskDetails.newBuilder()
                        .setTaskId(id(task))
                        .setMetadata(metadata(task, spec))
                        .setSpec(spec))
                .build();
    }

    private ListTasksResponse list(ListTasksRequest request) {
        ProjectIdentifier project = request.getProjectId();
        keepBuilder(TaskIdentifier.newBuilder()
                .setProject(project.getName())
                .setDomain(project.getDomain())
                .setName(String.valueOf(name(request.getRequest())))
                .build());
        if (request.getKnownFiltersCount() > 0) {
            throw new ConnectException(Code.UNIMPLEMENTED, "tasks can be filtered by name, not by known_filters");
        }
        Page page = Page.of(request.getRequest());
        List<DeployedTask> rows = store.tasks(
                project.getName(), project.getDomain(), name(request.getRequest()), page.limit() + 1, page.offset());
        ListTasksResponse.Builder tasks = ListTasksResponse.newBuilder().setToken(page.next(rows));
        page.items(rows)
                .forEach(task -> tasks.addTasks(
                        Task.newBuilder().setTaskId(id(task)).setMetadata(metadata(task, store.spec(task.spec())))));
        return tasks.build();
    }

    /** The task that builds images is there for whoever asks. */
    private void keepBuilder(TaskIdentifier id) {
        if (ImageBuilds.isBuild(id)) {
            Place.of(project(id));
            TaskSpec spec = ImageBuilds.spec(id.getDomain());
            store.deploy(
                    id.toBuilder()
                            .setVersion(spec.getTaskTemplate().getId().getVersion())
                            .build(),
                    store.save(spec));
        }
    }

    private static @Nullable String name(ListRequest request) {
        for (Filter filter : request.getFiltersList()) {
            if (!filter.getField().equals(NAME_FIELD)
                    || filter.getFunction() != Filter.Function.EQUAL
                    || filter.getValuesCount() != 1) {
                throw new ConnectException(
                        Code.UNIMPLEMENTED,
                        "tasks can be filtered by name EQUAL one value, not by " + filter.getField() + " "
                                + filter.getFunction());
            }
            return filter.getValues(0);
        }
        return null;
    }

    private ListVersionsResponse versions(ListVersionsRequest request) {
        TaskName name = request.getTaskName();
        Page page = Page.of(request.getRequest());
        List<DeployedTask> rows =
                store.tasks(name.getProject(), name.getDomain(), name.getName(), page.limit() + 1, page.offset());
        ListVersionsResponse.Builder versions =
                ListVersionsResponse.newBuilder().setToken(page.next(rows));
        page.items(rows)
                .forEach(task -> versions.addVersions(ListVersionsResponse.VersionResponse.newBuilder()
                        .setVersion(task.version())
                        .setDeployedAt(Messages.time(task.deployedAt()))));
        return versions.build();
    }

    private static TaskIdentifier id(DeployedTask task) {
        return TaskIdentifier.newBuilder()
                .setProject(task.project())
                .setDomain(task.domain())
                .setName(task.name())
                .setVersion(task.version())
                .build();
    }

    private static TaskMetadata metadata(DeployedTask task, TaskSpec spec) {
        return TaskMetadata.newBuilder()
                .setShortName(spec.getShortName())
                .setEnvironmentName(spec.getEnvironment().getName())
                .setDeployedAt(Messages.time(task.deployedAt()))
                .setShortDescription(spec.getDocumentation().getShortDescription())
                .build();
    }

    static ConnectException unknown(TaskIdentifier id) {
        return new ConnectException(
                Code.NOT_FOUND,
                "there is no task " + id.getName() + (id.getVersion().isEmpty() ? "" : " in version " + id.getVersion())
                        + " in project " + id.getProject() + ", domain " + id.getDomain() + "; deploy it first");
    }
}
