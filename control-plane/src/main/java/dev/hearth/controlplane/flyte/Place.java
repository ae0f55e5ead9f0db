package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.problem.QueryValues;
import flyteidl2.common.ProjectIdentifier;
import flyteidl2.common.RunIdentifier;

/** Where the SDK says that something is. Hearth knows projects only: the domain {@code development} is the project itself. */
record Place(String org, String project, String domain) {
    private static final String PLAIN_DOMAIN = "development";

    static Place of(ProjectIdentifier id) {
        return new Place(id.getOrganization(), id.getName(), id.getDomain()).checked();
    }

    static Place of(RunIdentifier id) {
        return new Place(id.getOrg(), id.getProject(), id.getDomain()).checked();
    }

    /** The project under which Hearth keeps it. */
    String hearthProject() {
        return domain.equals(PLAIN_DOMAIN) ? project : project + "." + domain;
    }

    private Place checked() {
        // Each is a folder of its own, too.
        if (!QueryValues.isName(project) || !QueryValues.isName(domain) || !QueryValues.isName(hearthProject())) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT,
                    "project '" + project + "' and domain '" + domain + "', each and together, "
                            + QueryValues.NAME_RULE);
        }
        Names.address("organization", org);
        return this;
    }

    RunIdentifier run(String name) {
        return RunIdentifier.newBuilder()
                .setOrg(org)
                .setProject(project)
                .setDomain(domain)
                .setName(name)
                .build();
    }
}
