package dev.hearth.controlplane.admin;

import dev.hearth.api.ActionView;
import dev.hearth.api.RunView;
import dev.hearth.controlplane.run.RunReader;
import dev.hearth.model.ActionPhase;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The pages. Each has a fragment of the same data that it asks for again while something can change. */
@Controller
class PagesController {
    private static final int LATEST_RUNS = 20;
    private static final int ACTIONS_SHOWN = 500;

    private final OverviewStore overview;
    private final RunReader runs;
    private final Clock clock;

    PagesController(OverviewStore overview, RunReader runs, Clock clock) {
        this.overview = overview;
        this.runs = runs;
        this.clock = clock;
    }

    @GetMapping("/")
    String overview(Model model) {
        fillOverview(model);
        return "overview";
    }

    @GetMapping("/fragments/overview")
    String overviewFragment(Model model) {
        fillOverview(model);
        return "overview :: live";
    }

    @GetMapping("/runs/{run}")
    String run(@PathVariable String run, Model model) {
        fillRun(run, model);
        return "run";
    }

    @GetMapping("/fragments/runs/{run}")
    String runFragment(@PathVariable String run, Model model) {
        fillRun(run, model);
        return "run :: live";
    }

    private void fillOverview(Model model) {
        List<RunView> latest = runs.latest(LATEST_RUNS);
        List<OverviewStore.PoolRow> pools = overview.pools();
        boolean more = pools.size() > OverviewStore.MOST_POOLS;
        model.addAttribute("pools", more ? pools.subList(0, OverviewStore.MOST_POOLS) : pools);
        model.addAttribute("morePools", more);
        model.addAttribute("runs", latest);
        model.addAttribute(
                "durations",
                latest.stream()
                        .collect(Collectors.toMap(
                                RunView::name, run -> Durations.text(RunReader.duration(run, clock.instant())))));
    }

    private void fillRun(String name, Model model) {
        RunView run = runs.listed(name);
        List<ActionView> actions = runs.actions(name, ACTIONS_SHOWN);
        int total = run.actions().values().stream().mapToInt(Integer::intValue).sum();
        model.addAttribute("run", run);
        model.addAttribute("counts", counts(run));
        model.addAttribute("total", total);
        model.addAttribute("duration", Durations.text(RunReader.duration(run, clock.instant())));
        model.addAttribute("actions", actions);
        model.addAttribute("more", total - actions.size());
        model.addAttribute("byReplica", byReplica(actions));
        model.addAttribute("timings", new Timings());
    }

    private static Map<ActionPhase, Integer> counts(RunView run) {
        return new TreeMap<>(run.actions());
    }

    private static Map<String, Long> byReplica(List<ActionView> actions) {
        Map<String, Long> counts = new TreeMap<>();
        for (ActionView action : actions) {
            if (action.replica() != null) {
                counts.merge(action.replica(), 1L, Long::sum);
            }
        }
        return counts;
    }
}
