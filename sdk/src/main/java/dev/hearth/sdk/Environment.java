package dev.hearth.sdk;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.model.Resources;
import dev.hearth.model.ReusePolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A named set of tasks that share resources and a reuse policy. A value: the methods that set something answer a changed
 * copy, and tasks belong to the copy that declares them, so declare settings first and tasks last. Keep it in a static
 * field, or make it a Spring bean. Thread-safe.
 *
 * <pre>{@code
 * static final Environment ENV = Environment.named("squares").reuse(ReusePolicy.replicas(2).concurrency(100));
 * static final Task<Integer, Integer> SQUARE = ENV.task("square", Integer.class, Integer.class, x -> x * x);
 * }</pre>
 */
public final class Environment {
    private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final String name;
    private final Class<?> declaredIn;
    private final EnvironmentSpec spec;
    private final Map<String, Task<?, ?>> tasks = new LinkedHashMap<>();

    private Environment(String name, Class<?> declaredIn, EnvironmentSpec spec) {
        this.name = name;
        this.declaredIn = declaredIn;
        this.spec = spec;
    }

    /** An environment without a reuse policy: a fresh replica for every execution, until {@link #reuse} says otherwise. */
    public static Environment named(String name) {
        return new Environment(name, CALLERS.getCallerClass(), EnvironmentSpec.of(EnvironmentSpec.PROCESS_JAVA));
    }

    /** What each replica may use: cores ({@code "1"}, {@code "500m"}) and memory ({@code "1Gi"}). */
    public Environment resources(String cpu, String memory) {
        return with(spec.withResources(Resources.of(cpu, memory)));
    }

    /** Keeps replicas warm under this policy. */
    public Environment reuse(ReusePolicy policy) {
        return with(spec.withReuse(policy));
    }

    /** Sets an environment variable of each replica. */
    public Environment env(String variable, String value) {
        Map<String, String> env = new LinkedHashMap<>(spec.env());
        env.put(variable, value);
        return with(spec.withEnv(env));
    }

    /**
     * How long a replica may take until it is up, 1 second to 1 day: for tasks whose classes load a model or fill a cache first.
     * Without it, as the server has it (60 s).
     */
    public Environment startTimeout(Duration timeout) {
        return with(spec.withStartTimeout(timeout));
    }

    private Environment with(EnvironmentSpec changed) {
        if (!tasks.isEmpty()) {
            throw new IllegalStateException(
                    "environment " + name + " has tasks already: declare its settings before its tasks");
        }
        return new Environment(name, declaredIn, changed);
    }

    /**
     * Declares a task. Types are Java's: records, numbers, strings, arrays; they travel as JSON.
     *
     * @throws IllegalArgumentException if the environment has a task of this name
     */
    public <I extends @Nullable Object, O> Task<I, O> task(
            String task, Class<I> input, Class<O> output, TaskFunction<I, O> code) {
        Task<I, O> declared = new Task<>(this, task, input, output, code);
        synchronized (tasks) {
            if (tasks.putIfAbsent(task, declared) != null) {
                throw new IllegalArgumentException("environment " + name + " has two tasks named " + task);
            }
        }
        return declared;
    }

    /** The same task under other terms takes the place of the one that was declared before. */
    <I extends @Nullable Object, O> Task<I, O> declare(Task<I, O> changed) {
        synchronized (tasks) {
            tasks.put(changed.name(), changed);
        }
        return changed;
    }

    /** Declares a task without input. Call it with {@code call(null)}. */
    @SuppressWarnings("NullAway") // Void has no value but null; the checker wants a class literal of @Nullable Void
    public <O> Task<@Nullable Void, O> task(String task, Class<O> output, Callable<O> code) {
        return task(task, Void.class, output, nothing -> code.call());
    }

    public String name() {
        return name;
    }

    /** The class that declares it: its jar or folder is the code that is deployed. */
    public Class<?> declaredIn() {
        return declaredIn;
    }

    /** As the server wants it; its bundle is null until deployment. */
    public EnvironmentSpec spec() {
        return spec;
    }

    /** Its tasks by name, in the order of declaration. */
    public Map<String, Task<?, ?>> tasks() {
        synchronized (tasks) {
            return Map.copyOf(tasks);
        }
    }

    @Override
    public String toString() {
        return "environment " + name;
    }
}
