package dev.hearth.controlplane.environment;

import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Optional;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** Environments, as deployments need them. */
interface EnvironmentRepository extends Repository<EnvironmentRow, Long> {

    /** Whoever deploys holds the row, so that deployments of one environment follow each other. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<EnvironmentRow> findByProjectAndName(String project, String name);

    @Modifying
    @Query(nativeQuery = true, value = """
            INSERT INTO environment (project, name, state, created_at) VALUES (:project, :name, 'ACTIVE', :now)
            ON CONFLICT (project, name) DO NOTHING""")
    void insertIfMissing(String project, String name, Instant now);
}
