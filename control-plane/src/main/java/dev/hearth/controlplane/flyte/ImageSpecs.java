package dev.hearth.controlplane.flyte;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hearth.controlplane.image.ImageLayers;
import dev.hearth.controlplane.image.ImageRefusedException;
import dev.hearth.controlplane.image.Layer;
import dev.hearth.controlplane.image.PipOptions;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Violation;
import flyteidl2.imagebuilder.ImageSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads what the SDK says of an image. Pure. */
final class ImageSpecs {
    private ImageSpecs() {}

    /**
     * @param context the files that came with the spec, by their paths
     * @throws dev.hearth.controlplane.image.ImageRefusedException for layers and bases that need a container
     */
    static ImageLayers read(ImageSpec spec, Map<String, byte[]> context) {
        List<String> refused = spec.getLayersList().stream()
                .map(flyteidl2.imagebuilder.Layer::getLayerCase)
                .filter(kind -> !switch (kind) {
                    case PIP_PACKAGES, REQUIREMENTS, ENV -> true;
                    case APT_PACKAGES,
                            COMMANDS,
                            PYTHON_WHEELS,
                            WORKDIR,
                            COPY_CONFIG,
                            UV_PROJECT,
                            POETRY_PROJECT,
                            LAYER_NOT_SET -> false;
                })
                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        if (!refused.isEmpty()) {
            throw ImageRefusedException.unsupportedLayers(refused);
        }
        ImageLayers base = ImageLayers.ofName(spec.getBaseImage());
        if (!spec.getBaseImage().isEmpty() && !ImageLayers.isTold(spec.getBaseImage())) {
            throw ImageRefusedException.foreignBase(spec.getBaseImage());
        }
        List<Layer> layers = new ArrayList<>(base.layers());
        for (flyteidl2.imagebuilder.Layer layer : spec.getLayersList()) {
            layers.add(
                    switch (layer.getLayerCase()) {
                        case PIP_PACKAGES ->
                            new Layer.PipPackages(
                                    layer.getPipPackages().getPackagesList(),
                                    options(layer.getPipPackages().getOptions()));
                        case REQUIREMENTS ->
                            new Layer.Requirements(
                                    text(layer.getRequirements().getFile(), context),
                                    options(layer.getRequirements().getOptions()));
                        case ENV -> new Layer.Env(layer.getEnv().getEnvVariablesMap());
                        case APT_PACKAGES,
                                COMMANDS,
                                PYTHON_WHEELS,
                                WORKDIR,
                                COPY_CONFIG,
                                UV_PROJECT,
                                POETRY_PROJECT,
                                LAYER_NOT_SET ->
                            throw new IllegalStateException("was refused: " + layer.getLayerCase());
                    });
        }
        return new ImageLayers(
                spec.getPythonVersion().isEmpty() ? base.pythonVersion() : spec.getPythonVersion(), layers);
    }

    private static String text(String file, Map<String, byte[]> context) {
        byte[] content = context.get(file);
        if (content == null) {
            throw ProblemException.invalid(new Violation("requirements.file", file, "did not come with the spec"));
        }
        return new String(content, UTF_8);
    }

    private static PipOptions options(flyteidl2.imagebuilder.PipOptions options) {
        return new PipOptions(
                options.getIndexUrl().isEmpty() ? null : options.getIndexUrl(),
                options.getExtraIndexUrlsList(),
                options.getPre(),
                options.getExtraArgs().isEmpty() ? null : options.getExtraArgs());
    }
}
