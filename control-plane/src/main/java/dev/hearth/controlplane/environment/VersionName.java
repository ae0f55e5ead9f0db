package dev.hearth.controlplane.environment;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.pool.Fingerprint;
import dev.hearth.model.Recycle;
import dev.hearth.model.ReusePolicy;

/** Names a version after its spec and its code: the same spec and code, however spelled, have the same name. */
final class VersionName {
    private static final int DIGITS = 12;

    private VersionName() {}

    static String of(EnvironmentSpec spec) {
        Fingerprint fingerprint = new Fingerprint().withReplica(spec);
        ReusePolicy reuse = spec.reuse();
        if (reuse != null) {
            fingerprint
                    .with(reuse.replicas())
                    .with(reuse.concurrency())
                    .with(reuse.scaledownTtl())
                    .with(reuse.idleTtl())
                    .with(reuse.scope());
            Recycle recycle = reuse.recycle();
            if (!recycle.equals(Recycle.NEVER)) {
                fingerprint
                        .with(recycle.afterExecutions())
                        .with(recycle.afterAge())
                        .with(recycle.heapBytes())
                        .with(recycle.rssBytes());
            }
        }
        if (spec.startTimeout() != null) {
            fingerprint.with("startTimeout").with(spec.startTimeout());
        }
        return fingerprint.hash().substring(0, DIGITS);
    }
}
