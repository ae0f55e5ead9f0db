package dev.hearth.worker;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What its host tells a replica.
 *
 * @param replica id, from {@code HEARTH_REPLICA_ID}
 * @param joinToken proves that it is that replica, from {@code HEARTH_JOIN_TOKEN}
 * @param endpoint host and port of the control plane's gRPC, then of others that share its database, separated by commas, from {@code HEARTH_WORKER_ENDPOINT}
 * @param bundlesEndpoint address of the control plane's REST interface, from {@code HEARTH_BUNDLES_ENDPOINT}
 * @param bundle SHA-256 of the code to host, empty = the class path, from {@code HEARTH_BUNDLE}
 * @param slots executions at a time, from {@code HEARTH_SLOTS}
 * @param home own folder, from {@code HEARTH_WORKER_HOME}
 * @param orphanAfter without a control plane for so long, the replica ends itself
 * @param stopWithin how long running executions may go on after SIGTERM
 * @param train start, load what a replica needs, and exit: makes an AOT cache
 */
@ConfigurationProperties("hearth.worker")
record WorkerSettings(
        long replica,
        String joinToken,
        String endpoint,
        String bundlesEndpoint,
        String bundle,
        int slots,
        Path home,
        @DefaultValue("PT5M") Duration orphanAfter,
        @DefaultValue("PT25S") Duration stopWithin,
        @DefaultValue("false") boolean train) {}
