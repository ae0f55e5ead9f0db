package dev.hearth.controlplane.environment;

import java.time.Instant;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The bundles that are known. */
interface BundleRepository extends Repository<BundleRow, String> {
    Optional<BundleRow> findById(String sha256);

    /** Two uploads of the same jar may meet here. */
    @Modifying
    @Transactional
    @Query(nativeQuery = true, value = """
            INSERT INTO bundle (sha256, size, declared, created_at) VALUES (:sha256, :size, CAST(:declared AS jsonb), :now)
            ON CONFLICT (sha256) DO NOTHING""")
    void insertIfMissing(String sha256, long size, String declared, Instant now);
}
