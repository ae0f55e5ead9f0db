package dev.hearth.api;

import dev.hearth.model.ReplicaPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A replica.
 *
 * @param ordinal place in its pool, from 1; the highest goes first
 * @param executed attempts that have ended in it
 * @param coldStartMs from the request to hello
 * @param stopsAt when it will stop if nothing happens; null while it is not due
 * @param placement where it runs, for people: {@code pid 4711 on host}
 */
public record ReplicaView(
        String id,
        int ordinal,
        String version,
        ReplicaPhase phase,
        int slots,
        int busy,
        long executed,
        Instant startedAt,
        @Nullable Instant readyAt,
        @Nullable Long coldStartMs,
        @Nullable Instant stopsAt,
        @Nullable String placement) {}
