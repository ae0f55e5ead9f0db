package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.image.PythonImages;
import dev.hearth.controlplane.image.SearchPath;
import dev.hearth.controlplane.peers.Membership;
import dev.hearth.controlplane.peers.OwnEndpoint;
import dev.hearth.controlplane.provisioning.ProvisioningSettings;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Replicas as processes of this machine. The worker is unpacked while the rest of the server starts. */
@Configuration(proxyBeanMethods = false)
class ProcessConfiguration {

    /** Named for what it shows in health. */
    @Bean
    WorkerPreparation workerHealthIndicator(@Value("${hearth.home}") Path home, ProvisioningSettings settings) {
        return new WorkerPreparation(home.toAbsolutePath().normalize(), settings.trainingTimeout());
    }

    /** The worker, as soon as it is unpacked. */
    @Bean
    CompletableFuture<WorkerInstallation> worker(WorkerPreparation preparation) {
        return preparation.worker();
    }

    @Bean
    ProcessProvisioner processProvisioner(
            CompletableFuture<WorkerInstallation> worker,
            PythonImages images,
            OwnEndpoint own,
            Membership membership,
            ProvisioningSettings settings,
            Environment environment) {
        Path home = Path.of(environment.getRequiredProperty("hearth.home"))
                .toAbsolutePath()
                .normalize();
        return new ProcessProvisioner(
                new Programs(
                        worker,
                        images,
                        environment.getProperty("hearth.storage.s3-endpoint", ""),
                        areFilesInABucket(environment)),
                new Inherited(settings.inherit()),
                Keeper.ofThisMachine(SearchPath.ofThisProcess()),
                new ReplicaFolders(
                        home.resolve("replicas"),
                        settings.keepFolders(),
                        settings.mostOutput().toBytes()),
                new Addresses(environment, own, membership));
    }

    /** Of the Flyte SDK, which replicas then read and write by themselves. */
    private static boolean areFilesInABucket(Environment environment) {
        String files = environment.getProperty("hearth.flyte.files", "");
        return (files.isBlank() ? environment.getProperty("hearth.storage.location", "") : files).startsWith("s3://");
    }

    @Bean
    WorkerDescriber workerDescriber(CompletableFuture<WorkerInstallation> worker, ProvisioningSettings settings) {
        return new WorkerDescriber(worker, new Inherited(settings.inherit()), settings.describeTimeout());
    }
}
