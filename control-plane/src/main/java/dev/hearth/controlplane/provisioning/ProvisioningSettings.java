package dev.hearth.controlplane.provisioning;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code hearth.provisioning.*}.
 *
 * @param startTimeout a replica that has not said hello after so long has FAILED
 * @param leaveTimeout a drained replica with nothing to run that has not left after so long is ended
 * @param stopTimeout how long replicas may take to leave when the server stops
 * @param keepReplicasOnShutdown whether replicas go on without the server when it is stopped, to be found again by the next
 * @param describeTimeout how long a look into an uploaded jar may take, default 2 min
 * @param trainingTimeout how long one try may take to make the AOT cache of the worker, default 10 min
 * @param keepFolders folders of ended replicas, with their output, that are kept
 * @param mostOutput what a replica's process prints beside the logs of its tasks; beyond it the older half goes; 64 KB to 1 GB
 * @param inherit names of variables of the server's environment that replicas get beside the usual ones; a {@code *} at the end
 *     stands for any rest
 */
@ConfigurationProperties("hearth.provisioning")
public record ProvisioningSettings(
        @DefaultValue("60s") Duration startTimeout,
        @DefaultValue("35s") Duration leaveTimeout,
        @DefaultValue("10s") Duration stopTimeout,
        @DefaultValue("2m") Duration describeTimeout,
        @DefaultValue("10m") Duration trainingTimeout,
        @DefaultValue("false") boolean keepReplicasOnShutdown,
        @DefaultValue("50") int keepFolders,
        @DefaultValue("8MB") DataSize mostOutput,
        @DefaultValue({}) List<String> inherit) {
    private static final DataSize LEAST_OUTPUT = DataSize.ofKilobytes(64);
    private static final DataSize MOST_OUTPUT = DataSize.ofGigabytes(1);

    public ProvisioningSettings {
        if (mostOutput.compareTo(LEAST_OUTPUT) < 0 || mostOutput.compareTo(MOST_OUTPUT) > 0) {
            throw new IllegalArgumentException(
                    "hearth.provisioning.most-output must be 64KB to 1GB, was " + mostOutput);
        }
    }
}
