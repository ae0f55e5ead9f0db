package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerLeftoversTest {
    @TempDir
    private Path workers;

    @Test
    void whatAKilledServerHasNotFinishedGoesAndWhatIsWholeOrUnderWayStays() throws IOException {
        long dead = deadProcess();
        long alive = ProcessHandle.current().pid();
        Path worker = Files.createDirectories(workers.resolve("0123456789abcdef-java25"));
        List<Path> stay = List.of(
                Files.createFile(worker.resolve("worker.aot")),
                Files.createFile(worker.resolve("worker.jar")),
                Files.createFile(worker.resolve("worker.aot-" + alive)),
                Files.createFile(workers.resolve("unpacking-" + alive + ".jar")));
        Path half = Files.createDirectories(workers.resolve("0123456789abcdef-java25-" + dead));
        List<Path> go = List.of(
                Files.createFile(half.resolve("worker.jar")),
                Files.createFile(workers.resolve("unpacking-" + dead + ".jar")),
                Files.createFile(worker.resolve("worker.aot-" + dead)),
                Files.createFile(worker.resolve("worker.aot-" + dead + ".config")));

        WorkerLeftovers.remove(workers);

        assertThat(stay).allMatch(Files::exists);
        assertThat(go).noneMatch(Files::exists);
        assertThat(half).doesNotExist();
    }

    private static long deadProcess() throws IOException {
        Process process = new ProcessBuilder("true").start();
        process.onExit().join();
        return process.pid();
    }
}
