package dev.hearth.controlplane.scaling;

import dev.hearth.api.ReplicaView;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.ReplicaPhase;
import java.time.Clock;
import org.springframework.stereotype.Component;

/** Drains replicas by hand. */
@Component
final class ReplicaDrains {
    private final ReplicaViewStore replicas;
    private final PoolEvaluation evaluation;
    private final Announcements announcements;
    private final Clock clock;

    ReplicaDrains(ReplicaViewStore replicas, PoolEvaluation evaluation, Announcements announcements, Clock clock) {
        this.replicas = replicas;
        this.evaluation = evaluation;
        this.announcements = announcements;
        this.clock = clock;
    }

    /** The replica gets nothing new, finishes what it runs, and goes; its pool replaces it if it needs one. Again = no change. */
    ReplicaView drain(String id) {
        ReplicaViewStore.Listed replica = find(id);
        if (replica.view().phase().isTerminal()) {
            throw ProblemException.conflict("Replica " + id + " has ended already: it is "
                    + replica.view().phase() + ".");
        }
        if (replica.view().phase() != ReplicaPhase.DRAINING) {
            evaluation.drain(replica.pool(), replica.id(), clock.instant()).ifPresent(announcements::announce);
        }
        return find(id).view();
    }

    private ReplicaViewStore.Listed find(String id) {
        return id.matches("\\d{1,18}") ? replicas.one(Long.parseLong(id)).orElseThrow(() -> unknown(id)) : refuse(id);
    }

    private static ReplicaViewStore.Listed refuse(String id) {
        throw unknown(id);
    }

    private static ProblemException unknown(String id) {
        return ProblemException.notFound("There is no replica '" + id + "'.");
    }
}
