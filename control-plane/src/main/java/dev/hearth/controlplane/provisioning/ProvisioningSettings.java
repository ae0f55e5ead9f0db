package dev.hearth.controlplane.provisioning;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.provisioning.*}.
 *
 * @param startTimeout a replica that has not said hello after so long has FAILED
 * @param leaveTimeout a drained replica with nothing to run that has not left after so long is ended
 * @param stopTimeout how long replicas may take to leave when the server stops
 * @param keepReplicasOnShutdown whether replicas go on without the server when it is stopped, to be found again by the next
 * @param keepFolders folders of ended replicas, with their output, that are kept
 */
@ConfigurationProperties("hearth.provisioning")
public record ProvisioningSettings(
        @DefaultValue("60s") Duration startTimeout,
        @DefaultValue("35s") Duration leaveTimeout,
        @DefaultValue("10s") Duration stopTimeout,
        @DefaultValue("false") boolean keepReplicasOnShutdown,
        @DefaultValue("50") int keepFolders) {}
