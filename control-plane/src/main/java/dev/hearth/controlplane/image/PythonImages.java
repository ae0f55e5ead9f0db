package dev.hearth.controlplane.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Images of Python environments. One is known by the name that tasks use, and is on this machine as a virtual environment: its
 * packages, the SDK that tasks are written against, and the runner. A name that nobody has registered adds no packages; what the
 * SDK calls its own images by tells which Python and which SDK.
 * Thread-safe.
 */
@Component
public final class PythonImages implements AutoCloseable {
    private final PythonImageStore store;
    private final VirtualEnvironments environments;
    private final SearchPath path;
    private final RunnerPackage runner = RunnerPackage.ofThisServer();

    /** By what images ask for: to ask an interpreter takes a process. */
    private final Map<String, Python> pythons = new ConcurrentHashMap<>();

    @Autowired
    PythonImages(PythonImageStore store, @Value("${hearth.home}") Path home) {
        this(store, home, SearchPath.ofThisProcess());
    }

    PythonImages(PythonImageStore store, Path home, SearchPath path) {
        this.store = store;
        this.environments =
                new VirtualEnvironments(home.toAbsolutePath().normalize().resolve("python"));
        this.path = path;
    }

    /**
     * What this name means from now on; a name that is known keeps its meaning.
     *
     * @throws ImageRefusedException if the layers cannot be stored
     */
    public void register(String fqin, ImageLayers layers) {
        store.insertIfMissing(fqin, layers);
    }

    /** Whether it is clear what is in it: it was registered, or its name tells. */
    public boolean isKnown(String fqin) {
        return ImageLayers.isTold(fqin) || find(fqin).isPresent();
    }

    public Optional<ImageLayers> find(String fqin) {
        return store.find(fqin);
    }

    /** The image's virtual environment, if it is on this machine already. */
    public Optional<Path> built(String fqin) {
        return environments.find(recipe(layers(fqin)));
    }

    /**
     * Makes the image's virtual environment if it is not there; blocks, half a minute or more the first time.
     *
     * @param progress is told each line that pip prints meanwhile
     * @return its folder
     * @throws ImageBuildException if it cannot be made
     */
    public Path build(String fqin, Consumer<String> progress) {
        ImageLayers layers = layers(fqin);
        Recipe recipe = recipe(layers);
        Optional<Path> built = environments.find(recipe);
        if (built.isPresent()) {
            return built.get();
        }
        String wanted = layers.pythonVersion();
        if (wanted != null && !(wanted + ".").startsWith(recipe.python().version() + ".")) {
            progress.accept("Python " + wanted + " is not on the PATH of the server: "
                    + recipe.python().version() + " takes its place.");
        }
        recipe.plan().notes().forEach(progress);
        return environments.make(recipe, Installer.find(path), progress);
    }

    /** The interpreter of a virtual environment. */
    public static Path python(Path environment) {
        return environment.resolve("bin").resolve("python");
    }

    private ImageLayers layers(String fqin) {
        return find(fqin).orElseGet(() -> ImageLayers.ofName(fqin));
    }

    private Recipe recipe(ImageLayers layers) {
        String wanted = layers.pythonVersion() == null ? "" : layers.pythonVersion();
        pythons.values().removeIf(python -> !Files.isExecutable(python.executable()));
        Python python = pythons.computeIfAbsent(wanted, version -> Python.find(version, path));
        return new Recipe(python, PipPlan.of(layers), runner);
    }

    @Override
    public void close() {
        environments.close();
    }
}
