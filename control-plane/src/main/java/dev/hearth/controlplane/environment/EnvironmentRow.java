package dev.hearth.controlplane.environment;

import dev.hearth.model.EnvironmentState;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An environment: a name, and which of its versions is active. */
@Entity
@Table(name = "environment")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
class EnvironmentRow {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(nullable = false, updatable = false)
    private String project;

    @Column(nullable = false, updatable = false)
    private String name;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private EnvironmentState state;

    private @Nullable Long activeVersionId;

    @Column(nullable = false, updatable = false)
    private Instant createdAt;

    protected EnvironmentRow() {}

    long id() {
        return id;
    }

    EnvironmentState state() {
        return state;
    }

    @Nullable
    Long activeVersionId() {
        return activeVersionId;
    }

    /** Gives nothing to replicas from now on. */
    void pause() {
        state = EnvironmentState.PAUSED;
    }

    void resume() {
        state = EnvironmentState.ACTIVE;
    }

    /** Takes no new runs from now on; what waits goes on, even if it was paused. */
    void retire() {
        state = EnvironmentState.RETIRED;
    }

    /** New runs go to this version from now on. What is paused stays paused, what was retired is back. */
    void activate(long versionId) {
        activeVersionId = versionId;
        if (state == EnvironmentState.RETIRED) {
            state = EnvironmentState.ACTIVE;
        }
    }
}
