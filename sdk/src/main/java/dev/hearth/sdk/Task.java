package dev.hearth.sdk;

import dev.hearth.api.Overrides;
import dev.hearth.model.Terms;
import java.time.Duration;
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
    private final Terms terms;
    private final @Nullable Overrides overrides;

    Task(Environment environment, String name, Class<I> input, Class<O> output, TaskFunction<I, O> code) {
        this(environment, name, input, output, code, Terms.DEFAULT, null);
    }

    private Task(
            Environment environment,
            String name,
            Class<I> input,
            Class<O> output,
            TaskFunction<I, O> code,
            Terms terms,
            @Nullable Overrides overrides) {
        this.environment = environment;
        this.name = name;
        this.input = input;
        this.output = output;
        this.code = code;
        this.terms = terms;
        this.overrides = overrides;
    }

    /**
     * Declares how often it is tried again after a failure of its own, 0 to 100, default 0. The first pause is 1 s, doubled with
     * each try up to 60 s, with jitter. What the platform loses is tried again in any case.
     */
    public Task<I, O> retries(int count) {
        return declared(terms.withRetries(count));
    }

    /** Declares the pauses between retries: the first, doubled with each try up to the longest. */
    public Task<I, O> backoff(Duration first, Duration longest) {
        return declared(terms.withBackoff(first, longest));
    }

    /**
     * Declares how long one attempt may run, 100 ms to 24 h; then it is interrupted and counts as a failure of its own. The time
     * in which it waits for its children counts, unless {@link #timeoutExcludesChildren()}.
     */
    public Task<I, O> timeout(Duration most) {
        return declared(terms.withTimeout(most));
    }

    /** Declares that the time in which an attempt waits for its children does not count towards its {@link #timeout}. */
    public Task<I, O> timeoutExcludesChildren() {
        return declared(terms.withTimeoutExcludesChildren(true));
    }

    /** Declares how long it may wait for a slot, 100 ms to 24 h; then it ends as TIMED_OUT and is not tried again. */
    public Task<I, O> queueTimeout(Duration most) {
        return declared(terms.withQueueTimeout(most));
    }

    private Task<I, O> declared(Terms changed) {
        return environment.declare(new Task<>(environment, name, input, output, code, changed, overrides));
    }

    /** Under which terms it is tried. */
    public Terms terms() {
        return terms;
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
     * This task with changes for the calls that are made through the answer: a replica of its own for each
     * ({@code TRAIN.override(Overrides.fresh("4", "8Gi")).call(data)}), other retries, timeouts or priority
     * ({@code TRAIN.override(Overrides.NONE.withPriority(10))}). From a task, or from outside with {@code hearth.run(..)}.
     */
    public Task<I, O> override(Overrides changes) {
        return new Task<>(environment, name, input, output, code, terms, changes);
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
