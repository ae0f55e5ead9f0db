package dev.hearth.controlplane.environment;

import java.util.Optional;
import org.springframework.data.repository.Repository;

/** Versions, as deployments need them. */
interface VersionRepository extends Repository<VersionRow, Long> {
    Optional<VersionRow> findById(long id);

    Optional<VersionRow> findByEnvironmentIdAndVersion(long environmentId, String version);

    VersionRow save(VersionRow version);
}
