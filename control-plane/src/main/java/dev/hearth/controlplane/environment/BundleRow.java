package dev.hearth.controlplane.environment;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A code bundle and what it declares, as JSON. Never changes: its name is the hash of its content. */
@Entity
@Immutable
@Table(name = "bundle")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
class BundleRow {
    @Id
    private String sha256;

    @Column(nullable = false)
    private long size;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(nullable = false)
    private String declared;

    @Column(nullable = false)
    private Instant createdAt;

    protected BundleRow() {}

    String sha256() {
        return sha256;
    }

    long size() {
        return size;
    }

    String declared() {
        return declared;
    }
}
