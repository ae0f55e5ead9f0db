package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LabelsTest {
    private static final Labels LABELS = new Labels(17, Path.of("/data/replicas"));

    @Test
    void aJvmHasThemAsProperties() {
        assertThat(LABELS.properties())
                .containsExactly("-Dhearth.label.replica=17", "-Dhearth.label.folder=/data/replicas");
    }

    @Test
    void anotherProgramHasThemAsArguments() {
        assertThat(LABELS.arguments())
                .containsExactly("--hearth-label", "replica=17", "--hearth-label", "folder=/data/replicas");
    }
}
