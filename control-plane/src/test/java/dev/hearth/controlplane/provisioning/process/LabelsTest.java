package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LabelsTest {
    private static final Labels LABELS = new Labels(17, Path.of("/data/replicas"));

    @Test
    void theCommandLineOfAJvmIsReadBack() {
        assertThat(LABELS.properties())
                .containsExactly("-Dhearth.label.replica=17", "-Dhearth.label.folder=/data/replicas");
        assertThat(read("-Xmx1g", LABELS.properties(), "-cp", "worker.jar")).contains(LABELS);
    }

    @Test
    void theCommandLineOfAnotherProgramIsReadBack() {
        assertThat(LABELS.arguments())
                .containsExactly("--hearth-label", "replica=17", "--hearth-label", "folder=/data/replicas");
        assertThat(read("-m", LABELS.arguments(), "more")).contains(LABELS);
    }

    @Test
    void whatOtherProcessesAreToldIsNoLabel() {
        assertThat(read("replica=17", List.of(), "folder=/data/replicas")).isEmpty();
        assertThat(read("--hearth-label", List.of("replica=17"), "--hearth-label"))
                .isEmpty();
        assertThat(read("--hearth-label", List.of("replica=x", "--hearth-label"), "folder=/data/replicas"))
                .isEmpty();
        assertThat(Labels.read(new String[0])).isEmpty();
    }

    private static Optional<Labels> read(String first, List<String> labels, String... last) {
        return Labels.read(Stream.of(List.of(first), labels, List.of(last))
                .flatMap(List::stream)
                .toArray(String[]::new));
    }
}
