package dev.hearth.controlplane.image;

import java.nio.file.Path;
import java.util.List;

/** A process to be killed: makes the environment of no layers but the package {@code endless}. */
final class KilledBuild {
    private KilledBuild() {}

    static ImageLayers layers() {
        return new ImageLayers(null, List.of(new Layer.PipPackages(List.of("endless"), PipOptions.NONE)));
    }

    public static void main(String[] arguments) {
        SearchPath path = new SearchPath(List.of(Path.of(arguments[0])));
        Recipe recipe = new Recipe(Python.find(null, path), PipPlan.of(layers()), RunnerPackage.ofThisServer());
        new VirtualEnvironments(Path.of(arguments[1])).make(recipe, Installer.find(path), System.out::println);
    }
}
