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
    void theSdksOwnImageTellsWhichPythonAndWhichSdkTheCallerHas() {
        ImageLayers image = ImageSpecs.read(
                ImageSpec.newBuilder()
                        .setBaseImage("ghcr.io/flyteorg/flyte:py3.11-v2.8.0")
                        .addLayers(
                                layer().setPipPackages(PipPackages.newBuilder().addPackages("six")))
                        .build(),
                Map.of());
        assertThat(image.pythonVersion()).isEqualTo("3.11");
        assertThat(image.layers())
                .map(layer -> ((Layer.PipPackages) layer).packages())
                .containsExactly(List.of("flyte==2.8.0"), List.of("six"));
        assertThat(ImageLayers.ofName("ghcr.io/flyteorg/flyte:py3.13").pythonVersion())
                .isEqualTo("3.13");
        assertThat(ImageLayers.ofName("python:3.12-slim-bookworm").pythonVersion())
                .isEqualTo("3.12");
        for (String other :
                List.of("", "ghcr.io/me/python:mine", "me/py3.12", "flyte:e029d5b4f925e49e6459acd74bc3d041")) {
            assertThat(ImageLayers.ofName(other)).isEqualTo(new ImageLayers(null, List.of()));
        }
        assertThat(ImageLayers.ofName("flyte:py3.12-v2.12.1.dev3-g0abc")).isEqualTo(new ImageLayers("3.12", List.of()));
    }

    @Test
    void anImageThatIsBuiltOnAContainersImageIsRefused() {
        assertThatThrownBy(() -> ImageSpecs.read(
                        ImageSpec.newBuilder()
                                .setBaseImage("ghcr.io/me/mine:1.0")
                                .build(),
                        Map.of()))
                .isInstanceOf(ImageRefusedException.class)
                .hasMessageContaining("ghcr.io/me/mine:1.0")
                .hasMessageContaining("from_debian_base");
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
