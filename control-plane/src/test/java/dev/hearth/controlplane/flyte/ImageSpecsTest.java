package dev.hearth.controlplane.flyte;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.controlplane.image.ImageLayers;
import dev.hearth.controlplane.image.ImageRefusedException;
import dev.hearth.controlplane.image.Layer;
import flyteidl2.imagebuilder.AptPackages;
import flyteidl2.imagebuilder.Commands;
import flyteidl2.imagebuilder.Env;
import flyteidl2.imagebuilder.ImageSpec;
import flyteidl2.imagebuilder.PipOptions;
import flyteidl2.imagebuilder.PipPackages;
import flyteidl2.imagebuilder.Requirements;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageSpecsTest {
    @Test
    void packagesRequirementsAndVariablesAreRead() {
        ImageLayers image = ImageSpecs.read(
                ImageSpec.newBuilder()
                        .setPythonVersion("3.12")
                        .addLayers(layer().setPipPackages(PipPackages.newBuilder()
                                .addPackages("six")
                                .setOptions(PipOptions.newBuilder().setPre(true))))
                        .addLayers(layer().setRequirements(
                                        Requirements.newBuilder().setFile("in/requirements.txt")))
                        .addLayers(layer().setEnv(Env.newBuilder().putEnvVariables("A", "b")))
                        .build(),
                Map.of("in/requirements.txt", "numpy\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(image.pythonVersion()).isEqualTo("3.12");
        assertThat(image.layers().get(0)).isInstanceOfSatisfying(Layer.PipPackages.class, pip -> {
            assertThat(pip.packages()).isEqualTo(List.of("six"));
            assertThat(pip.options().pre()).isTrue();
        });
        assertThat(image.layers().get(1))
                .isInstanceOfSatisfying(
                        Layer.Requirements.class,
                        file -> assertThat(file.text()).isEqualTo("numpy\n"));
        assertThat(image.variables()).isEqualTo(Map.of("A", "b"));
    }

    @Test
    void layersThatNeedAContainerAreNamed() {
        assertThatThrownBy(() -> ImageSpecs.read(
                        ImageSpec.newBuilder()
                                .addLayers(layer().setAptPackages(
                                                AptPackages.newBuilder().addPackages("curl")))
                                .addLayers(layer().setCommands(Commands.getDefaultInstance()))
                                .build(),
                        Map.of()))
                .isInstanceOf(ImageRefusedException.class)
                .hasMessageContaining("apt_packages, commands")
                .hasMessageContaining("Docker");
    }

    private static flyteidl2.imagebuilder.Layer.Builder layer() {
        return flyteidl2.imagebuilder.Layer.newBuilder();
    }
}
