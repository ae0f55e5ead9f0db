package dev.hearth.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where the launcher's built parts are: below the folder that it passes as {@code hearth.root}. */
record Installation(Path root) {

    static Installation find() {
        return new Installation(Path.of(System.getProperty("hearth.root", ".")));
    }

    Path serverJar() {
        return jar("control-plane", "control-plane-");
    }

    Path examplesJar() {
        return jar("examples", "examples-");
    }

    /** Class path of the benchmarks. */
    String benchmarks() {
        return jar("benchmarks", "benchmarks-") + java.io.File.pathSeparator + root.resolve("benchmarks/target/lib")
                + "/*";
    }

    private Path jar(String module, String prefix) {
        Path target = root.resolve(module).resolve("target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(
                            () -> new UsageException("nothing is built in " + target + "; start me through ./hearth"));
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is built in " + target + "; start me through ./hearth", e);
        }
    }
}
