package dev.hearth.sdk;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A child action of the running task. */
record RemoteCall<O>(Task<?, O> task, Execution execution, CompletableFuture<byte[]> output) implements Call<O> {

    static <I extends @Nullable Object, O> RemoteCall<O> start(Execution execution, Task<I, O> task, I value) {
        byte[] input = Json.write(value);
        CompletableFuture<byte[]> output =
                execution.startChild(task.environment().name(), task.name(), input, task.overrides());
        return new RemoteCall<>(task, execution, output);
    }

    @Override
    public O join() {
        return Json.read(execution.await(output), task.outputType());
    }
}
