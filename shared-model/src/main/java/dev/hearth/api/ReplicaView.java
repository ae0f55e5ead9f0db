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
 * @param heapBytes live heap after its last collection, 0 = not known
 * @param rssBytes resident memory of its process, 0 = not known
 * @param endReason why it has ended, with its last output if it never came up; null while it lives
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
        @Nullable String placement,
        long heapBytes,
        long rssBytes,
        @Nullable String endReason) {}
