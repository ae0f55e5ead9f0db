package dev.hearth.controlplane.flyte;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.model.Replicas;
import dev.hearth.model.Resources;
import dev.hearth.model.Scope;
import flyteidl2.core.Container;
import flyteidl2.core.Identifier;
import flyteidl2.core.Identity;
import flyteidl2.core.KeyValuePair;
import flyteidl2.core.Resources.ResourceEntry;
import flyteidl2.core.Resources.ResourceName;
import flyteidl2.core.RetryStrategy;
import flyteidl2.core.ReusePolicy;
import flyteidl2.core.Secret;
import flyteidl2.core.SecurityContext;
import flyteidl2.core.TaskMetadata;
import flyteidl2.core.TaskTemplate;
import flyteidl2.core.TimeoutStrategy;
import flyteidl2.task.Environment;
import flyteidl2.task.Envs;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskSpec;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DeclaredTest {
    private static final java.time.Duration MINUTE = java.time.Duration.ofMinutes(1);

    @Test
    void aTaskIsReadAsItsEnvironmentDeclaresIt() {
        Declared declared = declared(task -> task.setReusePolicy(ReusePolicy.newBuilder()
                .setMinReplicas(1)
                .setMaxReplicas(4)
                .setConcurrency(5)
                .setIdleTtl(seconds(60))
                .setScope(ReusePolicy.Scope.RUN)));
        assertThat(declared.environment()).isEqualTo("env");
        assertThat(declared.task()).isEqualTo("env.task");
        assertThat(declared.spec().image()).isEqualTo("process:python/flyte:1");
        assertThat(declared.spec().resources()).isEqualTo(Resources.of("500m", "1Gi"));
        assertThat(declared.spec().env())
                .containsEntry("DECLARED", "by the task")
                .containsEntry("ASKED", "by the run")
                .containsEntry("HEARTH_FLYTE_CODE", "file:///code.tgz");
        assertThat(declared.spec().reuse().replicas()).isEqualTo(new Replicas(1, 4));
        assertThat(declared.spec().reuse().concurrency()).isEqualTo(5);
        assertThat(declared.spec().reuse().idleTtl()).isEqualTo(MINUTE);
        assertThat(declared.spec().reuse().scaledownTtl()).as("the default").isEqualTo(MINUTE.dividedBy(2));
        assertThat(declared.spec().reuse().scope()).isEqualTo(Scope.RUN);
    }

    @Test
    void withoutAPolicyReplicasAreFreshAndWithoutAnIdleTtlAPoolIsAlwaysOn() {
        assertThat(declared(task -> task).spec().reuse()).isNull();
        assertThat(declared(task -> task.setReusePolicy(
                                ReusePolicy.newBuilder().setMaxReplicas(1).setConcurrency(1)))
                        .spec()
                        .reuse()
                        .idleTtl())
                .isNull();
    }

    @Test
    void thePolicyOfOlderSdksIsFoundInTheirCustomPart() {
        Declared declared = declared(task -> task.setType("actor")
                .setCustom(Struct.newBuilder()
                        .putFields(
                                "spec",
                                Value.newBuilder()
                                        .setStructValue(Struct.newBuilder()
                                                .putFields("parallelism", number(3))
                                                .putFields("min_replica_count", number(1))
                                                .putFields("replica_count", number(2))
                                                .putFields("ttl_seconds", number(60)))
                                        .build())));
        assertThat(declared.spec().reuse().replicas()).isEqualTo(new Replicas(1, 2));
        assertThat(declared.spec().reuse().concurrency()).isEqualTo(3);
        assertThat(declared.spec().reuse().idleTtl()).isEqualTo(MINUTE);
    }

    @Test
    void retriesAndTimeoutsAreItsTerms() {
        Declared declared = declared(task -> task.setMetadata(TaskMetadata.newBuilder()
                .setRetries(RetryStrategy.newBuilder().setRetries(3))
                .setTimeout(seconds(60))
                .setTimeouts(TimeoutStrategy.newBuilder().setQueuedTimeout(seconds(60)))));
        assertThat(declared.terms().retries()).isEqualTo(3);
        assertThat(declared.terms().timeout()).isEqualTo(MINUTE);
        assertThat(declared.terms().queueTimeout()).isEqualTo(MINUTE);
        assertThat(declared(task -> task.setMetadata(TaskMetadata.newBuilder().setTimeout(seconds(0))))
                        .terms()
                        .timeout())
                .as("zero is no limit")
                .isNull();
    }

    @Test
    void whatCannotBeRunIsRefusedWithASentence() {
        refused(task -> task.clearContainer(), "has no container");
        refused(
                task -> task.setContainer(container().clearArgs().addArgs("sh")),
                "needs Docker or Kubernetes, local processes run Python tasks");
        refused(
                task -> task.setContainer(container()
                        .setResources(flyteidl2.core.Resources.newBuilder().addRequests(entry(ResourceName.GPU, "1")))),
                "wants a GPU");
        refused(
                task -> task.setReusePolicy(ReusePolicy.newBuilder()
                        .setMinReplicas(5)
                        .setMaxReplicas(1)
                        .setConcurrency(1)),
                "max must be at least min");
        refused(
                task -> task.setReusePolicy(ReusePolicy.newBuilder().setMaxReplicas(1)),
                "concurrency must be 1 or more, was 0");
        refused(
                task -> task.setSecurityContext(SecurityContext.newBuilder()
                        .addSecrets(Secret.newBuilder().setKey("password"))),
                "wants secrets");
        refused(
                task -> task.setMetadata(TaskMetadata.newBuilder().setPodTemplateName("large")),
                "names a pod template");
        refused(
                task -> task.setMetadata(TaskMetadata.newBuilder()
                        .setTimeouts(TimeoutStrategy.newBuilder().setDeadline(seconds(5)))),
                "max_runtime");
    }

    @Test
    void termsThatAreNoneAreRefused() {
        refused(task -> task.setMetadata(TaskMetadata.newBuilder().setTimeout(seconds(-1))), "timeout must be");
        refused(
                task -> task.setMetadata(TaskMetadata.newBuilder()
                        .setTimeouts(TimeoutStrategy.newBuilder().setQueuedTimeout(seconds(-1)))),
                "queueTimeout must be");
        refused(
                task -> task.setMetadata(TaskMetadata.newBuilder()
                        .setTimeout(
                                Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(Integer.MAX_VALUE))),
                "a duration that is longer than time");
        refused(
                task -> task.setMetadata(TaskMetadata.newBuilder()
                        .setRetries(RetryStrategy.newBuilder().setRetries(1 << 31))),
                "retries must be 0 to 100");
    }

    @Test
    void serviceAccountsAndVariablesOfThePlatformAreRefused() {
        refused(
                task -> task.setSecurityContext(SecurityContext.newBuilder()
                        .setRunAs(Identity.newBuilder().setK8SServiceAccount("robot"))),
                "wants a service account");
        refused(
                task -> task.setContainer(container().addEnv(pair("HEARTH_TOKEN", "x"))),
                "has a variable HEARTH_TOKEN");
    }

    @Test
    void wherefromACallersProgramImportsMakesNoOtherVersion() {
        Declared other =
                declared(task -> task.setContainer(container().addEnv(pair("_F_SYS_PATH", "./venv/bin:./src"))));
        assertThat(other.spec()).isEqualTo(declared(task -> task).spec());
        assertThat(other.sysPath()).isEqualTo("./venv/bin:./src");
        assertThat(declared(task -> task).sysPath()).isNull();
    }

    private static void refused(UnaryOperator<TaskTemplate.Builder> change, String why) {
        assertThatThrownBy(() -> declared(change))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("task env.task ")
                .hasMessageContaining(why);
    }

    private static Declared declared(UnaryOperator<TaskTemplate.Builder> change) {
        TaskTemplate.Builder template = TaskTemplate.newBuilder()
                .setId(Identifier.newBuilder().setName("env.task"))
                .setContainer(container());
        return Declared.of(
                TaskSpec.newBuilder()
                        .setEnvironment(Environment.newBuilder().setName("env"))
                        .setTaskTemplate(change.apply(template))
                        .build(),
                RunSpec.newBuilder()
                        .setEnvs(Envs.newBuilder().addValues(pair("ASKED", "by the run")))
                        .build());
    }

    private static Container.Builder container() {
        return Container.newBuilder()
                .setImage("flyte:1")
                .addArgs("a0")
                .addArgs("--tgz")
                .addArgs("file:///code.tgz")
                .addEnv(pair("DECLARED", "by the task"))
                .setResources(flyteidl2.core.Resources.newBuilder()
                        .addRequests(entry(ResourceName.CPU, "500m"))
                        .addRequests(entry(ResourceName.MEMORY, "1Gi")));
    }

    private static ResourceEntry entry(ResourceName name, String value) {
        return ResourceEntry.newBuilder().setName(name).setValue(value).build();
    }

    private static KeyValuePair pair(String key, String value) {
        return KeyValuePair.newBuilder().setKey(key).setValue(value).build();
    }

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }
}
