package dev.hearth.controlplane.live;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import flyteidl2.actions.Action;
import flyteidl2.actions.EnqueueRequest;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.common.OffloadedInputData;
import flyteidl2.common.ProjectIdentifier;
import flyteidl2.common.RunIdentifier;
import flyteidl2.core.Container;
import flyteidl2.core.Identifier;
import flyteidl2.core.KeyValuePair;
import flyteidl2.core.RetryStrategy;
import flyteidl2.core.ReusePolicy;
import flyteidl2.core.TaskMetadata;
import flyteidl2.core.TaskTemplate;
import flyteidl2.core.TimeoutStrategy;
import flyteidl2.dataproxy.CreateUploadLocationRequest;
import flyteidl2.task.DeployTaskRequest;
import flyteidl2.task.Environment;
import flyteidl2.task.Envs;
import flyteidl2.task.OutputReferences;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskSpec;
import flyteidl2.workflow.CreateRunRequest;
import flyteidl2.workflow.TaskAction;
import flyteidl2.workflow.TraceAction;
import java.util.List;

/** Valid requests, as the SDK would send them. */
final class FlyteRequests {
    static final String ENVIRONMENT = "flyte-env";

    private FlyteRequests() {}

    static CreateRunRequest create(String name) {
        CreateRunRequest.Builder create = CreateRunRequest.newBuilder()
                .setTaskSpec(spec())
                .setOffloadedInputData(OffloadedInputData.newBuilder()
                        .setUri("file:///tmp/none")
                        .setInputsHash("x"))
                .setRunSpec(RunSpec.newBuilder()
                        .setEnvs(Envs.newBuilder()
                                .addValues(KeyValuePair.newBuilder()
                                        .setKey("LOG_LEVEL")
                                        .setValue("30"))));
        return name == null
                ? create.setProjectId(project()).build()
                : create.setRunId(run(name)).build();
    }

    static EnqueueRequest enqueue(String run, String name) {
        return EnqueueRequest.newBuilder()
                .setAction(child(run, name)
                        .setTask(TaskAction.newBuilder()
                                .setSpec(spec())
                                .setCacheKey(StringValue.newBuilder().setValue("key"))))
                .build();
    }

    static EnqueueRequest trace(String run, String name) {
        return EnqueueRequest.newBuilder()
                .setAction(child(run, name)
                        .setTrace(TraceAction.newBuilder()
                                .setName("traced")
                                .setPhaseValue(5)
                                .setOutputs(OutputReferences.newBuilder().setOutputUri("file:///tmp/none"))))
                .build();
    }

    private static Action.Builder child(String run, String name) {
        return Action.newBuilder()
                .setActionId(action(run, name))
                .setParentActionName("a0")
                .setInputUri("file:///tmp/none")
                .setRunOutputBase("file:///tmp/base")
                .setGroup("group");
    }

    static DeployTaskRequest deploy() {
        return DeployTaskRequest.newBuilder().setTaskId(task()).setSpec(spec()).build();
    }

    static CreateUploadLocationRequest upload() {
        return CreateUploadLocationRequest.newBuilder()
                .setOrg("hearth")
                .setProject("default")
                .setDomain("development")
                .setFilename("code.tgz")
                .setFilenameRoot("root")
                .setContentMd5(ByteString.copyFrom(new byte[16]))
                .build();
    }

    static TaskSpec spec() {
        return TaskSpec.newBuilder()
                .setShortName("task")
                .setEnvironment(Environment.newBuilder().setName(ENVIRONMENT))
                .setTaskTemplate(TaskTemplate.newBuilder()
                        .setId(Identifier.newBuilder()
                                .setProject("default")
                                .setDomain("development")
                                .setName("env.task")
                                .setVersion("1"))
                        .setMetadata(TaskMetadata.newBuilder()
                                .setRetries(RetryStrategy.newBuilder().setRetries(1))
                                .setTimeout(seconds(60))
                                .setTimeouts(TimeoutStrategy.newBuilder().setQueuedTimeout(seconds(600))))
                        .setContainer(Container.newBuilder()
                                .setImage("ghcr.io/flyteorg/flyte:py3.12-v2.12.1")
                                .addAllArgs(List.of("a0", "--version", "1", "--tgz", "file:///code.tgz"))
                                .addEnv(KeyValuePair.newBuilder().setKey("K").setValue("v")))
                        .setReusePolicy(ReusePolicy.newBuilder()
                                .setMinReplicas(0)
                                .setMaxReplicas(1)
                                .setConcurrency(1)
                                .setIdleTtl(seconds(600))))
                .build();
    }

    /** With the policy where it was before it had a field of its own. */
    static TaskSpec olderSpec() {
        TaskSpec.Builder spec = spec().toBuilder();
        spec.getTaskTemplateBuilder()
                .clearReusePolicy()
                .setType("actor")
                .setCustom(Struct.newBuilder()
                        .putFields(
                                "spec",
                                Value.newBuilder()
                                        .setStructValue(Struct.newBuilder()
                                                .putFields("parallelism", number(1))
                                                .putFields("min_replica_count", number(0))
                                                .putFields("replica_count", number(1))
                                                .putFields("ttl_seconds", number(600)))
                                        .build()));
        return spec.build();
    }

    static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    static RunIdentifier run(String name) {
        return RunIdentifier.newBuilder()
                .setOrg("hearth")
                .setProject("default")
                .setDomain("development")
                .setName(name)
                .build();
    }

    static ActionIdentifier action(String run, String name) {
        return ActionIdentifier.newBuilder().setRun(run(run)).setName(name).build();
    }

    static ProjectIdentifier project() {
        return ProjectIdentifier.newBuilder()
                .setOrganization("hearth")
                .setName("default")
                .setDomain("development")
                .build();
    }

    static TaskIdentifier task() {
        return TaskIdentifier.newBuilder()
                .setOrg("hearth")
                .setProject("default")
                .setDomain("development")
                .setName("env.task")
                .setVersion("1")
                .build();
    }
}
