package dev.hearth.controlplane.run;

import dev.hearth.api.ActionView;
import dev.hearth.api.Page;
import dev.hearth.api.RawJson;
import dev.hearth.api.RunEvent;
import dev.hearth.api.RunView;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.run.RunStore.ActionRow;
import dev.hearth.controlplane.run.RunStore.RunRow;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.springframework.stereotype.Service;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Runs and actions as views. */
@Service
public class RunReader {
    private final RunStore store;
    private final RunListStore lists;
    private final ActionViews views;

    RunReader(RunStore store, RunListStore lists, ActionViews views) {
        this.store = store;
        this.lists = lists;
        this.views = views;
    }

    /** With its output in full. Throws a 404 problem for a name that is not known, a 410 problem if the output is lost. */
    RunView run(String name) {
        RunRow run = find(name);
        return view(run, output -> views.full(output, "run " + name));
    }

    /** As lists show it: a large output is not read. Throws a 404 problem for a name that is not known. */
    public RunView listed(String name) {
        return listed(find(name));
    }

    private RunRow find(String name) {
        return store.find(name).orElseThrow(() -> unknown("run", name));
    }

    /** Newest first. A page that has found too little in all that it looked at is short, and tells where to go on. */
    Page<RunView> runs(RunFilter filter, PageQuery query) {
        List<RunRow> rows = lists.runs(filter, query);
        Page<RunRow> page = query.page(rows, RunListStore::key, () -> lists.total(filter, query));
        if (page.nextCursor() == null && filter.isSieve()) {
            page = lists.unseen(filter, query)
                    .map(key -> query.followed(rows, key, null))
                    .orElse(page);
        }
        return page.with(page.items().stream().map(this::listed).toList());
    }

    /** The newest runs of all projects, for the overview page. */
    public List<RunView> latest(int count) {
        return store.latest(count).stream().map(this::listed).toList();
    }

    /** In the order of their creation. */
    Page<ActionView> actions(String run, ActionFilter filter, PageQuery query) {
        requireKnown(run);
        Page<ActionRow> page =
                query.page(lists.actions(run, filter, query), ActionRow::id, () -> lists.total(run, filter));
        return page.with(views.listed(page.items()));
    }

    /** The first actions of a run in the order of their creation, for its page. */
    public List<ActionView> actions(String run, int count) {
        return views.listed(lists.actions(run, ActionFilter.NONE, PageQuery.first(count - 1)));
    }

    /** With input and output in full. */
    ActionView action(String run, String action) {
        return views.full(find(run, action));
    }

    /** As lists show it. */
    ActionView listed(String run, String action) {
        return views.listed(List.of(find(run, action))).getFirst();
    }

    private ActionRow find(String run, String action) {
        requireKnown(run);
        return store.action(run, action).orElseThrow(() -> unknown("action", action));
    }

    List<RunEvent> events(String run) {
        return store.events(run);
    }

    /** Address of the page of a run, as the caller of this request reaches the server. */
    String url(String run) {
        return RequestContextHolder.getRequestAttributes() == null
                ? "/runs/" + run
                : ServletUriComponentsBuilder.fromCurrentContextPath()
                        .path("/runs/{run}")
                        .build(run)
                        .toString();
    }

    private RunView listed(RunRow run) {
        return view(run, views::listed);
    }

    private RunView view(RunRow run, Function<Payload, RawJson> reading) {
        return new RunView(
                run.name(),
                url(run.name()),
                run.project(),
                run.environment(),
                run.version(),
                run.task(),
                run.phase(),
                run.createdAt(),
                run.endedAt(),
                run.output() == null ? null : reading.apply(run.output()),
                run.error(),
                run.actions());
    }

    /** Throws a 404 problem for a name that is not known. */
    void requireKnown(String run) {
        hasEnded(run);
    }

    /** Throws a 404 problem for a name that is not known. */
    boolean hasEnded(String run) {
        return store.hasEnded(run).orElseThrow(() -> unknown("run", run));
    }

    /** How long a run took, to now if it is under way. */
    public static Duration duration(RunView run, java.time.Instant now) {
        return Duration.between(run.createdAt(), run.endedAt() == null ? now : run.endedAt());
    }

    private static ProblemException unknown(String kind, String name) {
        return ProblemException.notFound("There is no " + kind + " named '" + name + "'.");
    }
}
