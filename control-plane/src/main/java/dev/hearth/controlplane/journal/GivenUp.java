package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scaling.ReplicasNeverStarted;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Fails what waits for replicas that never come up, when the autoscaler has given them up. */
@Component
record GivenUp(Journal journal) {
    @EventListener
    void failWaiting(ReplicasNeverStarted event) {
        journal.failWaiting(event.poolId(), ReplicasNeverStarted.CODE, event.reason());
    }
}
