package dev.hearth.controlplane.provisioning;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;

/** A place where replicas can run. Thread-safe. What it starts carries the replica's id, so that nothing is ever orphaned. */
public interface ReplicaProvisioner {

    /** Whether an environment with this image belongs here. */
    boolean provisions(String image);

    /**
     * Starts a replica; returns when it is under way, not when it is ready. What its image needs is made first where it is not
     * there, which may take minutes.
     *
     * @return where it runs
     * @throws RuntimeException if it cannot be started; the message is for people
     */
    Placement start(ReplicaLaunch launch);

    /** Asks a replica to finish and leave, or ends it at once. Unknown ids are ignored. */
    void stop(long replica, boolean atOnce);

    /** Replicas that are there now, whoever has started them for this server. */
    Set<Long> present();

    /**
     * Takes over what an earlier life of this server has started: ends of these replicas are told again. What else it has left is
     * ended.
     *
     * @param replicas with the numbers of their processes, as far as they were noted
     */
    void adopt(Map<Long, OptionalLong> replicas);

    /** Keeps in bounds what replicas leave where they run; called each second. */
    void tidy();

    /** Who is told of each end as soon as it is seen. */
    void onEnd(BiConsumer<Long, End> listener);

    /** The last that a replica has printed, for people; empty if nothing is known. */
    String lastOutput(long replica);

    /** How much a start has done; nothing if the replica is not here. */
    Progress progress(long replica);

    Room room();

    /**
     * What may be starting here now.
     *
     * @param starts how many at once; more would only keep each other from coming up in time
     * @param unready images that are being made here: replicas of theirs can as well wait where others may take them
     */
    record Room(int starts, Set<String> unready) {}

    /**
     * What only grows while a start goes on.
     *
     * @param cpu that its processes have used
     * @param printed bytes of output
     */
    record Progress(Duration cpu, long printed) {}

    /**
     * How a replica has ended.
     *
     * @param how a sentence for people
     * @param byItself whether it is known to have ended by its own doing, not by a signal from outside
     */
    record End(String how, boolean byItself) {}
}
