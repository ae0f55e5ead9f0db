package dev.hearth.controlplane.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an image is made of.
 *
 * @param pythonVersion that it asks for, such as {@code 3.12}; null = any
 * @param layers in their order: later ones may build on earlier ones
 */
public record ImageLayers(@Nullable String pythonVersion, List<Layer> layers) {
    static final ImageLayers NONE = new ImageLayers(null, List.of());

    public ImageLayers {
        layers = List.copyOf(layers);
    }

    /** Environment variables of its processes. */
    public Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (Layer layer : layers) {
            if (layer instanceof Layer.Env env) {
                variables.putAll(env.variables());
            }
        }
        return variables;
    }
}
