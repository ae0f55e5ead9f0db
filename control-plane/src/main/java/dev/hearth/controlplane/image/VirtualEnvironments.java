package dev.hearth.controlplane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * The virtual environments of the data folder, each made once, by the hash of its recipe. A link of that name points at the
 * folder in which the environment was made (it could not be moved) and is set when everything is installed: what a killed
 * build leaves behind is never used, and swept by the next. Thread-safe; the server holds its data folder alone.
 */
final class VirtualEnvironments implements AutoCloseable {
    /** Each keeps a core and the network busy. */
    private static final int BUILDS_AT_ONCE = 2;

    private static final Logger log = LoggerFactory.getLogger(VirtualEnvironments.class);

    private final Path root;
    private final Map<String, Build> underWay = new ConcurrentHashMap<>();
    private final ExecutorService builders = Executors.newFixedThreadPool(
            BUILDS_AT_ONCE,
            Thread.ofPlatform().name("python-image-", 0).daemon().factory());

    VirtualEnvironments(Path root) {
        this.root = root;
    }

    /** Empty also where its interpreter has gone since. */
    Optional<Path> find(Recipe recipe) {
        Path link = root.resolve(recipe.hash());
        try {
            return Files.isExecutable(PythonImages.python(link)) ? Optional.of(link.toRealPath()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Blocks until it is there, made by this call or by another. */
    Path make(Recipe recipe, Installer installer, Consumer<String> progress) {
        Build mine = new Build(root);
        mine.listen(progress);
        Build others = underWay.putIfAbsent(recipe.hash(), mine);
        if (others == null) {
            builders.execute(() -> run(mine, recipe, installer));
        } else {
            others.listen(progress);
        }
        try {
            return (others == null ? mine : others).made().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ImageBuildException failed ? failed : e;
        }
    }

    private void run(Build build, Recipe recipe, Installer installer) {
        try {
            Path folder = find(recipe).orElse(null);
            Path made = folder == null ? makeAnew(build, recipe, installer) : folder;
            underWay.remove(recipe.hash());
            build.made().complete(made);
        } catch (IOException | InterruptedException | RuntimeException e) {
            underWay.remove(recipe.hash());
            build.made()
                    .completeExceptionally(
                            e instanceof ImageBuildException
                                    ? e
                                    : new ImageBuildException(
                                            "The image's virtual environment cannot be made: " + e.getMessage(), e));
        }
    }

    private Path makeAnew(Build build, Recipe recipe, Installer installer) throws IOException, InterruptedException {
        Files.createDirectories(root);
        String hash = recipe.hash();
        sweep(hash);
        Path folder = root.resolve(hash + "-" + UUID.randomUUID());
        log.info(
                "making the virtual environment {} with {}",
                folder,
                recipe.python().executable());
        try {
            build.run(recipe, installer, folder);
        } catch (IOException | InterruptedException | RuntimeException e) {
            FileSystemUtils.deleteRecursively(folder);
            throw e;
        }
        Path link = Files.createSymbolicLink(root.resolve(folder.getFileName() + ".link"), folder.getFileName());
        Files.move(link, root.resolve(hash), StandardCopyOption.ATOMIC_MOVE);
        return folder.toRealPath();
    }

    private void sweep(String hash) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> files = Files.list(root)) {
            leftovers = files.filter(file -> file.getFileName().toString().startsWith(hash + "-"))
                    .toList();
        }
        for (Path leftover : leftovers) {
            FileSystemUtils.deleteRecursively(leftover);
        }
    }

    /** Ends what is being made, pip included. */
    @Override
    public void close() {
        builders.shutdownNow();
    }
}
