package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker, in a folder that has none. */
class WorkerPreparationTest {
    @TempDir
    private Path home;

    @Test
    void replicasDoNotWaitForACacheThatTakesTooLongAndHealthTellsThatItIsTriedAgain() throws Exception {
        try (WorkerPreparation preparation = new WorkerPreparation(home, Duration.ofMillis(1))) {
            // Less than the minute for which they wait for one that is being made.
            WorkerInstallation worker = preparation.worker().get(50, TimeUnit.SECONDS);

            assertThat(worker.isTrained()).isFalse();
            assertThat(worker.command(List.of())).noneMatch(option -> option.contains("AOTCache"));
            await().untilAsserted(() -> assertThat(preparation.health().getDetails())
                    .extractingByKey("worker")
                    .asString()
                    .contains("no AOT cache", "took longer than", "is tried again"));
        }
    }
}
