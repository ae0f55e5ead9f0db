package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.peers.Membership;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The replicas that are connected here. Thread-safe. */
@Component
final class Sessions {
    private final ReplicaSettings settings;
    private final Membership membership;
    private final Map<Long, ReplicaSession> sessions = new ConcurrentHashMap<>();

    Sessions(ReplicaSettings settings, Membership membership) {
        this.settings = settings;
        this.membership = membership;
    }

    /** Tells a replica to finish what it runs and to leave. Repeating it changes nothing. */
    void drain(ReplicaSession session) {
        session.drain(settings.drainDeadline());
    }

    /** Where replicas can go when this control plane goes. */
    List<String> endpoints() {
        return membership.endpoints();
    }

    /** Tells replicas where control planes are, if they do not know. */
    void tellEndpoints() {
        List<String> endpoints = endpoints();
        sessions.values().forEach(session -> session.tellEndpoints(endpoints));
    }

    /** Takes a session in; an older one of the same replica is closed. */
    void add(ReplicaSession session) {
        ReplicaSession older = sessions.put(session.id(), session);
        if (older != null) {
            older.close("the replica has connected again");
        }
    }

    void remove(ReplicaSession session) {
        sessions.remove(session.id(), session);
    }

    Optional<ReplicaSession> find(long replica) {
        return Optional.ofNullable(sessions.get(replica));
    }

    void close(long replica) {
        find(replica).ifPresent(session -> session.close("the replica has ended"));
    }

    Collection<ReplicaSession> all() {
        return sessions.values();
    }
}
