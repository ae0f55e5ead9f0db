package dev.hearth.controlplane.signals;

import org.springframework.stereotype.Component;

/** The bells of this control plane, one for each loop that waits for others. Ring them after the commit, never before. */
@Component
public final class Signals {
    private final Calls scaling = new Calls();
    private final Bell provisioning = new Bell();
    private final Bell draining = new Bell();
    private final Bell ends = new Bell();
    private final News news = new News();

    /** Rings when a pool has more demand than slots, or a replica has gone: the autoscaler should look now. */
    public Calls scaling() {
        return scaling;
    }

    /** Rings when replicas were requested or must be ended: the provisioner should reconcile now. */
    public Bell provisioning() {
        return provisioning;
    }

    /** Rings when replicas were marked DRAINING: those connected here must be told. */
    public Bell draining() {
        return draining;
    }

    /** Rings when actions have ended at another control plane: parents here may wait for them. */
    public Bell ends() {
        return ends;
    }

    /** What other control planes should know. */
    public News news() {
        return news;
    }
}
