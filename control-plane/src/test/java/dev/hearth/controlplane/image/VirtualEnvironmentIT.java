package dev.hearth.controlplane.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hearth.controlplane.MigratedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** An image made with the Python of this machine, of packages from the index that its pip uses. */
@Tag("beside-others")
class VirtualEnvironmentIT {
    @TempDir
    private Path home;

    @BeforeAll
    static void needsAnIndex() throws Exception {
        assumeTrue(SearchPath.ofThisProcess().find("python3").isPresent(), "needs python3");
        Process process = new ProcessBuilder("python3", "-m", "pip", "index", "versions", "six")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0, "needs an index of packages");
    }

    @Test
    void itHoldsItsPackagesTheSdkAndTheRunnerAndIsFoundAgain() throws Exception {
        try (MigratedDatabase database = MigratedDatabase.fresh();
                PythonImages images = new PythonImages(
                        new PythonImageStore(database.sql(), new JsonMapper()), home, SearchPath.ofThisProcess())) {
            images.register(
                    "image",
                    new ImageLayers(
                            null,
                            List.of(
                                    new Layer.PipPackages(List.of("six==1.17.0", "unionai-reuse"), PipOptions.NONE),
                                    new Layer.Requirements("toolz==1.0.0  # small, too\n", PipOptions.NONE))));
            List<String> progress = new CopyOnWriteArrayList<>();

            Path made = images.build("image", progress::add);

            assertThat(progress).anyMatch(line -> line.contains("six"));
            assertThat(python(
                            made, "import six, toolz, flyte, hearth_runner; print(six.__version__, toolz.__version__)"))
                    .isEqualTo("1.17.0 1.0.0");
            assertThat(python(made, "from importlib.metadata import version; print(version('flyte'))"))
                    .isEqualTo("2.12.1");
            assertThat(python(made, """
                            from importlib.metadata import distributions
                            print([d.name for d in distributions() if "reuse" in d.name.lower()])""")).isEqualTo("[]");
            assertThat(images.build("image", line -> {
                        throw new AssertionError(line);
                    }))
                    .isEqualTo(made);
        }
    }

    private static String python(Path environment, String program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(PythonImages.python(environment).toString(), "-c", program)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
