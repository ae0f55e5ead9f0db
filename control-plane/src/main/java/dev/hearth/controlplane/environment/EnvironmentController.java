package dev.hearth.controlplane.environment;

import dev.hearth.api.Deployment;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.EnvironmentView;
import dev.hearth.api.Page;
import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.problem.QueryValues;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Deployment and reading of environments. */
@RestController
@RequestMapping(path = "/api/v1/environments", produces = MediaType.APPLICATION_JSON_VALUE)
final class EnvironmentController {
    private final Deployments deployments;
    private final EnvironmentViews views;
    private final Levers levers;

    EnvironmentController(Deployments deployments, EnvironmentViews views, Levers levers) {
        this.deployments = deployments;
        this.views = views;
        this.levers = levers;
    }

    @Operation(operationId = "deployEnvironment", summary = "Deploy an environment")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = EnvironmentSpec.class)))
    @ApiResponse(responseCode = "201", description = "A new version is active")
    @ApiResponse(responseCode = "200", description = "This spec was active already; nothing has changed")
    @PutMapping(path = "/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Deployment> deploy(
            @PathVariable String name,
            @RequestParam(defaultValue = "default") String project,
            @RequestBody JsonNode spec) {
        Deployments.Deployed deployed =
                deployments.deploy(QueryValues.name("project", project), QueryValues.name("name", name), spec);
        return ResponseEntity.status(deployed.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(deployed.deployment());
    }

    @Operation(operationId = "listEnvironments", summary = "The environments of a project, by name")
    @GetMapping
    Page<EnvironmentView> list(
            @RequestParam(defaultValue = "default") String project,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String limit) {
        String owner = QueryValues.name("project", project);
        return views.page(owner, PageQuery.of(cursor, limit, "environments", owner));
    }

    @Operation(
            operationId = "getEnvironment",
            summary = "An environment: spec, tasks, its newest 20 versions, and its pool at this moment")
    @GetMapping("/{name}")
    EnvironmentView get(@PathVariable String name, @RequestParam(defaultValue = "default") String project) {
        return views.get(QueryValues.name("project", project), QueryValues.name("name", name));
    }

    @Operation(
            operationId = "pullLever",
            summary = "Warm, pause, resume or retire an environment",
            description =
                    "warm: its pool comes up now, and its idle time counts from now. pause: no action is given to a"
                            + " replica until it is resumed; new runs wait. retire: takes no new runs, finishes what it has and goes;"
                            + " deploy it to have it back.")
    @PostMapping("/{name}/{lever:warm|pause|resume|retire}")
    EnvironmentView pull(
            @PathVariable String name,
            @Parameter(schema = @Schema(allowableValues = {"warm", "pause", "resume", "retire"})) @PathVariable
                    String lever,
            @RequestParam(defaultValue = "default") String project) {
        String owner = QueryValues.name("project", project);
        String environment = QueryValues.name("name", name);
        switch (lever) {
            case "warm" -> levers.warm(owner, environment);
            case "pause" -> levers.pause(owner, environment);
            case "resume" -> levers.resume(owner, environment);
            default -> levers.retire(owner, environment);
        }
        return views.get(owner, environment);
    }
}
