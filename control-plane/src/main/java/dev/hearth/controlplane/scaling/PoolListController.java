package dev.hearth.controlplane.scaling;

import dev.hearth.api.DecisionView;
import dev.hearth.api.Page;
import dev.hearth.api.ReplicaView;
import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.problem.QueryValues;
import io.swagger.v3.oas.annotations.Operation;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reading of an environment's replicas and of the decisions that made them come and go. */
@RestController
@RequestMapping(path = "/api/v1/environments/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
final class PoolListController {
    private final PoolLists lists;

    PoolListController(PoolLists lists) {
        this.lists = lists;
    }

    @Operation(
            summary = "The replicas of an environment",
            description =
                    "Live ones, by ordinal, those of the newest pool first. With all=true also those that have ended,"
                            + " newest first.")
    @GetMapping("/replicas")
    Page<ReplicaView> replicas(
            @PathVariable String name,
            @RequestParam(defaultValue = "default") String project,
            @RequestParam(defaultValue = "false") boolean all,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String limit) {
        String owner = QueryValues.name("project", project);
        String environment = QueryValues.name("name", name);
        PageQuery page = PageQuery.of(cursor, limit, "replicas", owner, environment, all);
        return all ? lists.all(owner, environment, page) : lists.live(owner, environment, page);
    }

    @Operation(summary = "The scaling decisions of an environment, newest first")
    @GetMapping("/decisions")
    Page<DecisionView> decisions(
            @PathVariable String name,
            @RequestParam(defaultValue = "default") String project,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String limit) {
        String owner = QueryValues.name("project", project);
        String environment = QueryValues.name("name", name);
        return lists.decisions(owner, environment, PageQuery.of(cursor, limit, "decisions", owner, environment));
    }
}
