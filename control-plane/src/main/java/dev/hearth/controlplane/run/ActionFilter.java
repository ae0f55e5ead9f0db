package dev.hearth.controlplane.run;

import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.model.ActionPhase;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which actions of a run a list shows; null = whatever.
 *
 * @param phases as actions show them
 * @param parent name of the action that called them
 */
record ActionFilter(
        @Nullable Set<ActionPhase> phases,
        @Nullable String task,
        @Nullable String parent) {
    static final ActionFilter NONE = new ActionFilter(null, null, null);

    static ActionFilter read(@Nullable String phase, @Nullable String task, @Nullable String parent) {
        return new ActionFilter(
                QueryValues.anyOf("phase", phase, EnumSet.allOf(ActionPhase.class)),
                QueryValues.filter("task", task),
                QueryValues.filter("parent", parent));
    }
}
