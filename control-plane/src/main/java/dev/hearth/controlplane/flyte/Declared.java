package dev.hearth.controlplane.flyte;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Recycle;
import dev.hearth.model.Replicas;
import dev.hearth.model.Resources;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Scope;
import dev.hearth.model.Terms;
import flyteidl2.core.Backoff;
import flyteidl2.core.Container;
import flyteidl2.core.Resources.ResourceEntry;
import flyteidl2.core.Resources.ResourceName;
import flyteidl2.core.TaskMetadata;
import flyteidl2.core.TaskTemplate;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the specification of a task says, in the engine's words.
 *
 * @param args of the container, templates not filled in
 * @param sysPath folders of the caller's program from which it imports, relative to the code bundle, between colons
 */
record Declared(
        String environment,
        EnvironmentSpec spec,
        String task,
        Terms terms,
        List<String> args,
        String image,
        @Nullable String sysPath) {
    /** Tells replicas of one code from those of another: a process loads one bundle in its life. */
    private static final String CODE = "HEARTH_FLYTE_CODE";

    private static final String RESERVED = "HEARTH_";

    /** How the SDK hands over the folders from which a program imports. They are of the call: each caller has others. */
    private static final String SYS_PATH = "_F_SYS_PATH";

    private static final String IMAGE_PREFIX = "process:python/";

    private static final String ACTOR = "actor";

    /** Throws a {@link ConnectException} that says what cannot be run here. */
    static Declared of(TaskSpec spec, RunSpec run) {
        TaskTemplate template = spec.getTaskTemplate();
        String task = Names.text("task", template.getId().getName());
        if (!template.hasContainer()) {
            throw refused(task, "has no container: SQL tasks and pod templates are not run by this server");
        }
        if (template.getSecurityContext().getSecretsCount() > 0) {
            throw refused(task, "wants secrets, which this server does not keep; give it environment variables");
        }
        if (template.getSecurityContext().hasRunAs()) {
            throw refused(task, "wants a service account: local processes run as the user of this server");
        }
        if (!template.getMetadata().getPodTemplateName().isEmpty()) {
            throw refused(task, "names a pod template: local processes have none");
        }
        Container container = template.getContainer();
        List<String> args = container.getArgsList();
        if (container.getCommandCount() > 0
                || args.isEmpty()
                || !args.getFirst().equals("a0")) {
            throw refused(
                    task, "is a container of its own: it needs Docker or Kubernetes, local processes run Python tasks");
        }
        try {
            String image = Names.address("image", container.getImage());
            Map<String, String> env = env(task, container, run, args);
            String sysPath = env.remove(SYS_PATH);
            return new Declared(
                    environment(spec),
                    new EnvironmentSpec(
                            IMAGE_PREFIX + image,
                            null,
                            resources(task, container.getResources()),
                            env,
                            reuse(template),
                            null),
                    task,
                    terms(task, template.getMetadata()),
                    args,
                    image,
                    sysPath);
        } catch (InvalidSpecException e) {
            throw refused(
                    task,
                    "cannot be run: "
                            + e.violations().stream()
                                    .map(fault -> fault.field() + " " + fault.message() + ", was " + fault.value())
                                    .collect(Collectors.joining("; ")));
        } catch (ArithmeticException e) {
            throw refused(task, "cannot be run: it has a duration that is longer than time");
        }
    }

    private static ConnectException refused(String task, String why) {
        return new ConnectException(Code.INVALID_ARGUMENT, "task " + task + " " + why);
    }

    private static String environment(TaskSpec spec) {
        String task = spec.getTaskTemplate().getId().getName();
        String name = spec.hasEnvironment() ? spec.getEnvironment().getName() : task.replaceFirst("\\..*", "");
        if (!QueryValues.isName(name)) {
            throw refused(task, "stands in environment '" + name + "', which " + QueryValues.NAME_RULE);
        }
        return name;
    }

    private static Map<String, String> env(String task, Container container, RunSpec run, List<String> args) {
        Map<String, String> env = new TreeMap<>();
        container.getEnvList().forEach(each -> env.put(each.getKey(), each.getValue()));
        run.getEnvs().getValuesList().forEach(each -> env.put(each.getKey(), each.getValue()));
        for (String name : env.keySet()) {
            if (name.startsWith(RESERVED)) {
                throw refused(task, "has a variable " + name + ": such names belong to the platform");
            }
        }
        env.put(CODE, code(args));
        return env;
    }

    private static String code(List<String> args) {
        int bundle = args.indexOf("--tgz");
        // A pickled bundle is one task: a process can load many.
        int found = bundle >= 0 || args.contains("--pkl") ? bundle : args.indexOf("--version");
        return found >= 0 && found + 1 < args.size() ? args.get(found + 1) : "pickled";
    }

    private static Resources resources(String task, flyteidl2.core.Resources declared) {
        String cpu = amount(declared, ResourceName.CPU);
        String memory = amount(declared, ResourceName.MEMORY);
        if (amount(declared, ResourceName.GPU) != null) {
            throw refused(task, "wants a GPU, which local processes do not have");
        }
        return new Resources(
                cpu == null ? Resources.DEFAULT.cpu() : cpu, memory == null ? Resources.DEFAULT.memory() : memory, 0);
    }

    private static @Nullable String amount(flyteidl2.core.Resources declared, ResourceName name) {
        return Stream.concat(declared.getLimitsList().stream(), declared.getRequestsList().stream())
                .filter(entry -> entry.getName() == name)
                .map(ResourceEntry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable ReusePolicy reuse(TaskTemplate template) {
        if (template.hasReusePolicy()) {
            flyteidl2.core.ReusePolicy policy = template.getReusePolicy();
            return new ReusePolicy(
                    new Replicas(policy.getMinReplicas(), policy.getMaxReplicas()),
                    policy.getConcurrency(),
                    policy.hasScaledownTtl() ? duration(policy.getScaledownTtl()) : ReusePolicy.DEFAULT_TTL,
                    policy.hasIdleTtl() ? duration(policy.getIdleTtl()) : null,
                    policy.getScope() == flyteidl2.core.ReusePolicy.Scope.RUN ? Scope.RUN : Scope.GLOBAL,
                    Recycle.NEVER);
        }
        // SDKs before the policy had a field of its own.
        return template.getType().equals(ACTOR)
                ? actor(template.getCustom()
                        .getFieldsOrDefault("spec", Value.getDefaultInstance())
                        .getStructValue())
                : null;
    }

    private static ReusePolicy actor(Struct spec) {
        int most = (int) number(spec, "replica_count", ReusePolicy.DEFAULT_REPLICAS);
        return new ReusePolicy(
                new Replicas((int) number(spec, "min_replica_count", most), most),
                (int) number(spec, "parallelism", 1),
                seconds(number(spec, "scaledown_ttl_seconds", ReusePolicy.DEFAULT_TTL.toSeconds())),
                isNumber(spec, "ttl_seconds") ? seconds(number(spec, "ttl_seconds", 0)) : null,
                Scope.GLOBAL,
                Recycle.NEVER);
    }

    private static boolean isNumber(Struct spec, String field) {
        return spec.containsFields(field) && spec.getFieldsOrThrow(field).hasNumberValue();
    }

    private static double number(Struct spec, String field, double absent) {
        return isNumber(spec, field) ? spec.getFieldsOrThrow(field).getNumberValue() : absent;
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    private static Terms terms(String task, TaskMetadata metadata) {
        if (metadata.getTimeouts().hasDeadline()) {
            throw refused(task, "has a deadline over all its attempts, which is not supported; give it a max_runtime");
        }
        Terms none = Terms.DEFAULT;
        Backoff backoff = metadata.getRetries().getBackoff();
        Duration first = backoff.hasBase() ? duration(backoff.getBase()) : none.backoff();
        Duration longest = backoff.hasCap() ? duration(backoff.getCap()) : none.longestBackoff();
        return new Terms(
                metadata.getRetries().getRetries(),
                first,
                longest.compareTo(first) < 0 ? first : longest,
                isSet(metadata.hasTimeout(), metadata.getTimeout()) ? duration(metadata.getTimeout()) : none.timeout(),
                none.timeoutExcludesChildren(),
                isSet(
                                metadata.getTimeouts().hasQueuedTimeout(),
                                metadata.getTimeouts().getQueuedTimeout())
                        ? duration(metadata.getTimeouts().getQueuedTimeout())
                        : none.queueTimeout());
    }

    /** Zero means as long as it takes. */
    private static boolean isSet(boolean present, com.google.protobuf.Duration duration) {
        return present && !duration(duration).isZero();
    }
}
