package dev.hearth.sdk;

/** A task that was started. Thread-safe. */
public interface Call<O> {
    /**
     * Waits for the output.
     *
     * @throws TaskFailed if the task failed
     */
    O join();
}
