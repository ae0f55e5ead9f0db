package dev.hearth.sdk;

import dev.hearth.model.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A task that runs in this process, on a virtual thread of its own. */
record LocalCall<O>(Task<?, O> task, CompletableFuture<O> output) implements Call<O> {

    static <I extends @Nullable Object, O> LocalCall<O> start(Task<I, O> task, I value) {
        CompletableFuture<O> output = new CompletableFuture<>();
        Thread.ofVirtual().name(task.name()).start(() -> {
            try {
                output.complete(task.runHere(value));
            } catch (Throwable fault) {
                output.completeExceptionally(fault);
            }
        });
        return new LocalCall<>(task, output);
    }

    @Override
    public O join() {
        try {
            return output.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new TaskFailed(task.name(), ErrorCode.USER, String.valueOf(cause), null, cause);
        }
    }
}
