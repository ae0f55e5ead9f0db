package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import flyteidl2.project.Domain;
import flyteidl2.project.GetProjectRequest;
import flyteidl2.project.GetProjectResponse;
import flyteidl2.project.ListProjectsRequest;
import flyteidl2.project.ListProjectsResponse;
import flyteidl2.project.Project;
import flyteidl2.project.ProjectState;
import flyteidl2.project.Projects;
import java.util.List;
import org.springframework.stereotype.Component;

/** {@code flyteidl2.project.ProjectService}: a project exists as soon as something is in it. */
@Component
final class FlyteProjects implements ConnectService {
    private static final List<String> DOMAINS = List.of("development", "staging", "production");

    private final FlyteStore store;

    FlyteProjects(FlyteStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "flyteidl2.project.ProjectService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("ListProjects", ListProjectsRequest.getDefaultInstance(), this::list);
        methods.unary("GetProject", GetProjectRequest.getDefaultInstance(), this::get);
    }

    private ListProjectsResponse list(ListProjectsRequest request) {
        Projects.Builder projects = Projects.newBuilder();
        store.projects().forEach(id -> projects.addProjects(project(id, request.getOrg())));
        return ListProjectsResponse.newBuilder().setProjects(projects).build();
    }

    private GetProjectResponse get(GetProjectRequest request) {
        return GetProjectResponse.newBuilder()
                .setProject(project(request.getId(), request.getOrg()))
                .build();
    }

    private static Project project(String id, String org) {
        Project.Builder project =
                Project.newBuilder().setId(id).setName(id).setOrg(org).setState(ProjectState.PROJECT_STATE_ACTIVE);
        DOMAINS.forEach(
                domain -> project.addDomains(Domain.newBuilder().setId(domain).setName(domain)));
        return project.build();
    }
}
