package dev.hearth.sdk;

import dev.hearth.api.Overrides;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A task of an environment. Inside a running task, calling it starts a child action on a warm replica; outside it runs here
 * and now, as the plain function that it is. Thread-safe if its code is.
 *
 * @param <I> input, carried as JSON; {@code Void} for none
 * @param <O> output, carried as JSON
 */
public final class Task<I extends @Nullable Object, O> {
    private final Environment environment;
    private final String name;
    private final Class<I> input;
    private final Class<O> output;
    private final TaskFunction<I, O> code;
    private final @Nullable Overrides overrides;

    Task(Environment environment, String name, Class<I> input, Class<O> output, TaskFunction<I, O> code) {
        this(environment, name, input, output, code, null);
    }

    private Task(
            Environment environment,
            String name,
            Class<I> input,
            Class<O> output,
            TaskFunction<I, O> code,
            @Nullable Overrides overrides) {
        this.environment = environment;
        this.name = name;
        this.input = input;
        this.output = output;
        this.code = code;
        this.overrides = overrides;
    }

    /**
     * Runs the task and waits for its output. While a task waits for its children it holds no slot.
     *
     * @throws TaskFailed if the task fails
     */
    public O call(I value) {
        return start(value).join();
    }

    /** Starts the task without waiting. Outside of a task it runs on a virtual thread of this process. */
    public Call<O> start(I value) {
        Optional<Execution> execution = Execution.current();
        return execution.isPresent() ? RemoteCall.start(execution.get(), this, value) : LocalCall.start(this, value);
    }

    /** Starts the task for each value and waits for all; answers in the order of the values. */
    public List<O> map(List<? extends I> values) {
        List<? extends Call<O>> calls = values.stream().map(this::start).toList();
        return calls.stream().map(Call::join).toList();
    }

    /** As {@link #map(List)}. */
    public List<O> map(Stream<? extends I> values) {
        return map(values.toList());
    }

    /**
     * This task with a replica of its own for each call, discarded after it. E.g.
     * {@code TRAIN.override(Overrides.fresh("4", "8Gi")).call(data)} from a task, or {@code hearth.run(..)} from outside.
     */
    public Task<I, O> override(Overrides changes) {
        return new Task<>(environment, name, input, output, code, changes);
    }

    @Nullable
    Overrides overrides() {
        return overrides;
    }

    /** Runs the code here, in this thread: what a replica does with it. */
    public O runHere(I value) throws Exception {
        return code.run(value);
    }

    public Environment environment() {
        return environment;
    }

    public String name() {
        return name;
    }

    public Class<I> inputType() {
        return input;
    }

    public Class<O> outputType() {
        return output;
    }

    @Override
    public String toString() {
        return "task " + environment.name() + "/" + name;
    }
}
