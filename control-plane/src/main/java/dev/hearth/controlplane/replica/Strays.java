package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Retry;
import dev.hearth.controlplane.journal.Retry.Suspicion;
import dev.hearth.controlplane.replica.ReplicaStore.Attempt;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.model.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Gives attempts back that their replica has never got: another control plane, to which the replica seemed still connected,
 * claimed them after the replica had said hello here. Owned by the keeper's thread.
 */
@Component
final class Strays {
    /** By then each assignment is acknowledged, or its stream was broken off. */
    private static final Duration SURELY_ARRIVED = Duration.ofSeconds(10);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Strays.class);

    private final ReplicaStore store;
    private final Journal journal;
    private Instant lastLook = Instant.EPOCH;
    private Set<AttemptKey> suspects = Set.of();

    Strays(ReplicaStore store, Journal journal) {
        this.store = store;
        this.journal = journal;
    }

    /** Twice the same, because the end of an attempt may be under way to its row. */
    void giveBack(Collection<ReplicaSession> sessions, Instant now) {
        if (now.isBefore(lastLook.plus(BETWEEN_LOOKS))) {
            return;
        }
        lastLook = now;
        Map<Long, ReplicaSession> byReplica = sessions.stream()
                .collect(Collectors.toMap(ReplicaSession::id, Function.identity(), (first, again) -> again));
        List<Attempt> unknown = store.runningSince(now.minus(SURELY_ARRIVED), byReplica.keySet()).stream()
                .filter(attempt -> isStray(attempt, byReplica.get(attempt.replica())))
                .toList();
        unknown.stream().filter(attempt -> suspects.contains(attempt.key())).forEach(attempt -> giveBack(attempt, now));
        suspects = unknown.stream().map(Attempt::key).collect(Collectors.toSet());
    }

    private static boolean isStray(Attempt attempt, @Nullable ReplicaSession session) {
        return session != null && !session.knows(attempt.key());
    }

    private void giveBack(Attempt attempt, Instant now) {
        log.warn(
                "action {} never reached replica {} and is tried again",
                attempt.key().action(),
                attempt.replica());
        journal.end(Retry.lost(
                attempt.key(),
                new Failed(ErrorCode.REPLICA_LOST, "replica " + attempt.replica() + " never got it", null),
                attempt.systemFailures(),
                Suspicion.NONE,
                now,
                ThreadLocalRandom.current().nextDouble()));
    }
}
