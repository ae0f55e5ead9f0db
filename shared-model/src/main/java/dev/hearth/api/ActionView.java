package dev.hearth.api;

import dev.hearth.api.RunView.ErrorView;
import dev.hearth.model.ActionPhase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An action of a run.
 *
 * <p>Inputs and outputs are shown as in {@link RunView}: in full by the single action, else the large ones as their names.
 *
 * @param parent name of the action that called it; null for the root {@code a0}
 * @param replica that runs it or ran its last attempt
 * @param parked true while it waits for children and holds no slot
 */
public record ActionView(
        String name,
        @Nullable String parent,
        String environment,
        String task,
        ActionPhase phase,
        @Nullable String replica,
        boolean parked,
        Instant createdAt,
        @Nullable Instant endedAt,
        List<AttemptView> attempts,
        @Nullable RawJson input,
        @Nullable RawJson output,
        @Nullable ErrorView error) {

    /**
     * One try, written when it ends. Times are the control plane's clock.
     *
     * @param queuedAt when it could have started
     * @param dispatchedAt when a slot was taken for it
     * @param acknowledgedAt when its replica confirmed that it has it
     * @param startedAt first line of the task
     * @param endedAt last line of the task
     * @param committedAt when its outcome was durable
     * @param coldStartMs how much of the wait was spent on its replica coming up; 0 = the replica was there
     * @param reused whether the process had served an execution before
     * @param replicaAgeMs age of the process at the start of this attempt
     * @param servedBefore executions that the process had begun before this one
     * @param waitedForChildrenMs how much of the time between startedAt and endedAt it waited for its children; not known, and 0, of
     *     one that was cancelled or whose replica was lost
     * @param staleWrites writes in the name of this attempt that came when it was no longer the current one, and were refused
     */
    public record AttemptView(
            int number,
            ActionPhase phase,
            @Nullable String replica,
            Instant queuedAt,
            @Nullable Instant dispatchedAt,
            @Nullable Instant acknowledgedAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            Instant committedAt,
            long coldStartMs,
            boolean reused,
            long replicaAgeMs,
            long servedBefore,
            long waitedForChildrenMs,
            int staleWrites,
            @Nullable ErrorView error) {}
}
