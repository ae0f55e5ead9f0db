package dev.hearth.controlplane.image;

import dev.hearth.controlplane.image.PipPlan.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One virtual environment being made, by one thread; whoever wants the same one listens and waits. */
final class Build {
    private static final int LAST_LINES = 20;
    private static final int MINUTES_A_STEP = 10;
    private static final Duration READ_TO_THE_END = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Build.class);

    private final Path root;
    private final CompletableFuture<Path> made = new CompletableFuture<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Deque<String> last = new ConcurrentLinkedDeque<>();

    /** @param root the folder in which it makes that of the environment */
    Build(Path root) {
        this.root = root;
    }

    CompletableFuture<Path> made() {
        return made;
    }

    /** From now on; what was said before is not repeated. */
    void listen(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Blocks until everything is installed in this folder, which is not there yet. */
    void run(Recipe recipe, Installer installer, Path folder) throws IOException, InterruptedException {
        call(installer.create(recipe.python().executable(), folder));
        for (Step step : recipe.plan().steps()) {
            List<String> arguments = new ArrayList<>(step.arguments());
            if (step.requirements() != null) {
                Path file = Files.createTempFile(folder, "requirements", ".txt");
                arguments.addAll(List.of(
                        "-r", Files.writeString(file, step.requirements()).toString()));
            }
            call(installer.install(folder, arguments));
        }
        Path runner = folder.resolve("runner");
        recipe.runner().copyTo(runner);
        call(installer.install(folder, List.of(runner.toString())));
    }

    private void call(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true);
        Python.keepApart(builder.environment());
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            Thread reader = Thread.ofVirtual().name("pip-output").start(() -> read(process));
            if (!process.waitFor(MINUTES_A_STEP, TimeUnit.MINUTES)) {
                throw failed("a step took longer than " + MINUTES_A_STEP + " min");
            }
            reader.join(READ_TO_THE_END);
            if (process.exitValue() != 0) {
                throw failed("exit code " + process.exitValue());
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private ImageBuildException failed(String how) {
        return new ImageBuildException(
                "The image's virtual environment cannot be made (" + how + "):\n" + String.join("\n", last));
    }

    private void read(Process process) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines()
                    .map(String::stripTrailing)
                    .filter(line -> !line.isEmpty())
                    .forEach(this::tell);
        } catch (IOException | UncheckedIOException e) {
            // It was ended in the middle of a line.
        }
    }

    private void tell(String line) {
        last.add(line);
        if (last.size() > LAST_LINES) {
            last.remove();
        }
        listeners.removeIf(listener -> !hears(listener, line));
    }

    /** One who has gone does not end what others wait for. */
    private static boolean hears(Consumer<String> listener, String line) {
        try {
            listener.accept(line);
            return true;
        } catch (RuntimeException e) {
            log.debug("one hears no more how an environment is made: {}", e.toString());
            return false;
        }
    }
}
