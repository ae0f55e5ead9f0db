package dev.hearth.controlplane.provisioning;

import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.controlplane.provisioning.ProvisioningStore.Live;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Judges starts that have used up their time: slow is who still worked in the second half of it, everybody else is stuck. A start
 * after slow ones gets twice the time of the last. Owned by the reconciler's thread.
 */
final class Starts {
    /** Of one core: more than an idle JVM uses, and less than a start gets on a machine that is busy with twenty others. */
    private static final double LEAST_SHARE = 0.02;

    private static final int MOST_DOUBLINGS = 4;

    private record Halfway(Progress progress, Instant at) {}

    private final Duration timeout;
    private final ReplicaProvisioner provisioner;
    private final Map<Long, Halfway> halfway = new HashMap<>();

    Starts(Duration timeout, ReplicaProvisioner provisioner) {
        this.timeout = timeout;
        this.provisioner = provisioner;
    }

    /** At each look: notes how far those have got that have used half of their time. */
    void look(Collection<Live> live, Instant now) {
        halfway.keySet().retainAll(live.stream().map(Live::replica).toList());
        for (Live replica : live) {
            if (replica.isStarting()
                    && !now.isBefore(replica.startedAt().plus(allowed(replica).dividedBy(2)))) {
                halfway.computeIfAbsent(replica.replica(), id -> new Halfway(provisioner.progress(id), now));
            }
        }
    }

    /** What its environment allows, or this server. */
    Duration usual(Live replica) {
        return replica.startTimeout() == null ? timeout : replica.startTimeout();
    }

    Duration allowed(Live replica) {
        return usual(replica).multipliedBy(1L << Math.min(replica.slowBefore(), MOST_DOUBLINGS));
    }

    /** Why a start is ended that is not up in time. */
    String why(Live replica, Instant now) {
        Duration allowed = allowed(replica);
        String more = allowed.equals(usual(replica))
                ? ""
                : ", of which this start had more because those before it were slow";
        String setting =
                replica.startTimeout() == null ? "hearth.provisioning.start-timeout" : "its environment's startTimeout";
        String said = "said no hello within " + allowed.toSeconds() + " s (" + setting + more + "), ended by Hearth";
        return isSlow(replica.replica(), now) ? StartFailures.SLOW + said : said;
    }

    private boolean isSlow(long replica, Instant now) {
        Halfway then = halfway.get(replica);
        if (then == null) {
            return false;
        }
        Progress progress = provisioner.progress(replica);
        Duration used = progress.cpu().minus(then.progress().cpu());
        double passed = Math.max(1, Duration.between(then.at(), now).toMillis());
        return progress.printed() > then.progress().printed() || used.toMillis() / passed >= LEAST_SHARE;
    }
}
