package dev.hearth.controlplane.environment;

import dev.hearth.model.VersionState;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A version of an environment: its spec and tasks never change, its state does. */
@Entity
@Table(name = "environment_version")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
class VersionRow {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(nullable = false, updatable = false)
    private long environmentId;

    @Column(nullable = false, updatable = false)
    private String version;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private VersionState state;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(nullable = false, updatable = false)
    private String spec;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(nullable = false, updatable = false)
    private String tasks;

    private @Nullable Long poolId;

    @Column(nullable = false)
    private Instant deployedAt;

    protected VersionRow() {}

    VersionRow(long environmentId, String version, String spec, String tasks) {
        this.environmentId = environmentId;
        this.version = version;
        this.spec = spec;
        this.tasks = tasks;
    }

    long id() {
        return id;
    }

    String version() {
        return version;
    }

    @Nullable
    Long poolId() {
        return poolId;
    }

    /** Takes new runs from now on, for the first time or again. */
    void activate(@Nullable Long pool, Instant now) {
        state = VersionState.ACTIVE;
        poolId = pool;
        deployedAt = now;
    }

    /** Takes no new runs from now on. */
    void supersede() {
        state = VersionState.DRAINING;
    }
}
