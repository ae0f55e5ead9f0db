package dev.hearth.controlplane.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an image is made of.
 *
 * @param pythonVersion that it asks for, such as {@code 3.12}; null = any
 * @param layers in their order: later ones may build on earlier ones
 */
public record ImageLayers(@Nullable String pythonVersion, List<Layer> layers) {
    /** How the SDK names its own images: {@code ghcr.io/flyteorg/flyte:py3.12-v2.12.1}. */
    private static final Pattern OF_THE_SDK =
            Pattern.compile(".*:py(3\\.\\d{1,2})(?:-v(\\d{1,4}\\.\\d{1,4}\\.\\d{1,4})|-.*)?");

    public ImageLayers {
        layers = List.copyOf(layers);
    }

    /** Debian with nothing but a Python, from which the SDK makes images. */
    private static final Pattern PLAIN_PYTHON = Pattern.compile(
            "(?:docker\\.io/)?(?:library/)?python:(3\\.\\d{1,2})(?:\\.\\d{1,3})?(?:-slim)?(?:-[a-z]+)?");

    /** Whether the name tells what is in the image. */
    public static boolean isTold(String name) {
        return OF_THE_SDK.matcher(name).matches() || PLAIN_PYTHON.matcher(name).matches();
    }

    /** What the name of an image tells of it: the SDK's own name a Python and the SDK's version, others nothing. */
    public static ImageLayers ofName(String name) {
        Matcher own = OF_THE_SDK.matcher(name);
        if (!own.matches()) {
            Matcher plain = PLAIN_PYTHON.matcher(name);
            return new ImageLayers(plain.matches() ? plain.group(1) : null, List.of());
        }
        return new ImageLayers(
                own.group(1),
                own.group(2) == null
                        ? List.of()
                        : List.of(new Layer.PipPackages(List.of("flyte==" + own.group(2)), PipOptions.NONE)));
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
