package dev.hearth.controlplane.run;

import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.model.ActionPhase;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which runs of a project a list shows; null = whatever.
 *
 * @param phases of the root, as runs show it
 * @param since started no earlier
 * @param text stands, in whatever case, in the name of the run, its environment, its task, or its error's code or message
 */
record RunFilter(
        String project,
        @Nullable String environment,
        @Nullable String task,
        @Nullable Set<ActionPhase> phases,
        @Nullable Instant since,
        @Nullable String text) {
    /** That a pool has no ready replica yet is told by the run's actions. */
    static final Set<ActionPhase> SHOWN = Collections.unmodifiableSet(
            EnumSet.complementOf(EnumSet.of(ActionPhase.WAITING_FOR_RESOURCES, ActionPhase.INITIALIZING)));

    static RunFilter read(
            String project,
            @Nullable String environment,
            @Nullable String task,
            @Nullable String phase,
            @Nullable String since,
            @Nullable String text,
            Instant now) {
        return new RunFilter(
                project,
                QueryValues.filter("environment", environment),
                QueryValues.filter("task", task),
                QueryValues.anyOf("phase", phase, SHOWN),
                since == null ? null : QueryValues.since("since", since, now),
                QueryValues.filter("q", text));
    }

    /** Whether it leaves out runs that the index has led to. */
    boolean isSieve() {
        return task != null || phases != null || text != null;
    }
}
