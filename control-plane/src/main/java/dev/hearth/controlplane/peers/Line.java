package dev.hearth.controlplane.peers;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a listening connection still hears: it must hear what this control plane itself has sent. Says when to send the next
 * probe, and when to give the connection up. Owned by the listener's thread.
 */
final class Line {
    static final Duration BETWEEN_PROBES = Duration.ofSeconds(5);

    /** An own message that has not come back for so long will not come. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private Instant heardAt;
    private @Nullable Instant probedAt;

    Line(Instant openedAt) {
        this.heardAt = openedAt;
    }

    boolean needsProbe(Instant now) {
        return probedAt == null && !now.isBefore(heardAt.plus(BETWEEN_PROBES));
    }

    void probed(Instant now) {
        probedAt = now;
    }

    /** A message of one's own has come back. */
    void heard(Instant now) {
        heardAt = now;
        probedAt = null;
    }

    boolean isDead(Instant now) {
        return probedAt != null && now.isAfter(probedAt.plus(PATIENCE));
    }
}
