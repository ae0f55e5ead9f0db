package dev.hearth.controlplane.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.image.Layer.Env;
import dev.hearth.controlplane.image.Layer.PipPackages;
import dev.hearth.controlplane.image.Layer.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.HttpStatus;

/** Images on a machine whose Python is a script that needs no network. */
class PythonImagesTest {
    private static final String NAME = "hearth/flyte:3f2a";

    @TempDir
    private Path folder;

    private final List<String> progress = new CopyOnWriteArrayList<>();
    private MigratedDatabase database;
    private FakePython python;
    private PythonImages images;

    @BeforeEach
    void start() {
        database = MigratedDatabase.fresh();
        python = FakePython.in(folder.resolve("programs"), "3.11", "3.12");
        images = python.images(database.sql(), home());
    }

    @AfterEach
    void stop() {
        images.close();
        database.close();
    }

    private Path home() {
        return folder.resolve("home");
    }

    @Test
    void aNameKeepsTheLayersThatItWasGiven() {
        ImageLayers layers = new ImageLayers(
                "3.12",
                List.of(
                        new PipPackages(
                                List.of("six"),
                                new PipOptions(
                                        "https://one.example", List.of("https://two.example"), true, "--no-deps")),
                        new Requirements("attrs\n", PipOptions.NONE),
                        new Env(Map.of("A", "1", "B", "2")),
                        new Env(Map.of("B", "3"))));

        images.register(NAME, layers);
        images.register(NAME, new ImageLayers(null, List.of()));

        assertThat(images.find(NAME)).contains(layers);
        assertThat(layers.variables()).isEqualTo(Map.of("A", "1", "B", "3"));
        assertThat(images.find("another")).isEmpty();
    }

    @Test
    void layersThatNeedAContainerAreRefusedByTheirNames() {
        assertThat(ImageRefusedException.unsupportedLayers(List.of("apt_packages", "commands")))
                .hasMessageContaining("apt_packages, commands")
                .hasMessageContaining("Docker containers or Kubernetes pods")
                .hasMessageContaining("local processes")
                .extracting(ImageRefusedException::status)
                .isEqualTo(HttpStatus.BAD_REQUEST);
    }

    @Test
    void whatNoRowCanHoldIsRefused() {
        assertThatThrownBy(() -> images.register(NAME, pip("a\0b")))
                .isInstanceOf(ImageRefusedException.class)
                .hasMessageContaining("U+0000");
    }

    @Test
    void anImageIsMadeOnceWithItsPackagesTheSdkAndTheRunner() throws IOException {
        images.register(NAME, pip("six", "unionai-reuse"));
        assertThat(images.built(NAME)).isEmpty();

        Path made = images.build(NAME, progress::add);

        assertThat(python.calls())
                .containsExactly(
                        "venv", "flyte==2.12.1", "six", made.resolve("runner").toString());
        assertThat(progress).first().asString().contains("unionai-reuse is left out");
        assertThat(progress).contains("Collecting flyte==2.12.1", "Collecting six");
        assertThat(made).startsWith(home().toRealPath());
        assertThat(PythonImages.python(made)).isExecutable();
        assertThat(made.resolve("runner/hearth_runner/__main__.py")).exists();

        assertThat(images.build(NAME, line -> {
                    throw new AssertionError(line);
                }))
                .isEqualTo(made);
        assertThat(images.built(NAME)).contains(made);
        assertThat(python.images(database.sql(), home()).built(NAME)).contains(made);
    }

    @Test
    void aNameThatNobodyHasRegisteredAddsNoPackages() throws IOException {
        Path made = images.build("ghcr.io/flyteorg/flyte:py3.12-v2.12.1", progress::add);

        assertThat(python.calls())
                .containsExactly("venv", "flyte==2.12.1", made.resolve("runner").toString());
    }

    @Test
    void requirementsAreGivenAsAFile() throws IOException {
        images.register(
                NAME, new ImageLayers(null, List.of(new Requirements("flyte==2.12.0\nsix\n", PipOptions.NONE))));

        images.build(NAME, progress::add);

        assertThat(python.calls())
                .hasSize(3)
                .anySatisfy(call -> assertThat(call)
                        .startsWith("-r ")
                        .satisfies(
                                file -> assertThat(Path.of(file.substring(3))).hasContent("flyte==2.12.0\nsix\n")));
    }

    @Test
    void thePythonIsTheDeclaredOneWhereItIsThereElseAnyAndThatIsTold() {
        images.register("declared", new ImageLayers("3.12.4", List.of()));
        images.register("another", new ImageLayers("3.13", List.of()));

        assertThat(PythonImages.python(images.build("declared", progress::add)))
                .content()
                .contains("Python 3.12 ");
        assertThat(progress).noneMatch(line -> line.contains("PATH"));
        assertThat(PythonImages.python(images.build("another", progress::add)))
                .content()
                .contains("Python 3.11 ");
        assertThat(progress).contains("Python 3.13 is not on the PATH of the server: 3.11 takes its place.");
    }

    @Test
    void aMachineWithoutAPythonThatIsNewEnoughSaysSo() {
        images.register(NAME, new ImageLayers("3.13", List.of()));
        FakePython old = FakePython.in(folder.resolve("old"), "3.9");
        old.program("python3.13", "#!/bin/sh\necho 'python3.13: command not found'; exit 127\n");

        for (FakePython machine : List.of(old, new FakePython(folder.resolve("nothing")))) {
            assertThatThrownBy(() -> machine.images(database.sql(), home()).build(NAME, progress::add))
                    .isInstanceOf(ImageBuildException.class)
                    .hasMessageContaining("no Python 3.10 or newer")
                    .hasMessageContaining("python3.13 and python3")
                    .hasMessageContaining("PATH");
        }
    }

    @Test
    void uvTakesThePlaceOfPipWhereItIsThere() throws IOException {
        python.program("uv", """
                #!/bin/sh
                echo "uv $*" >> %1$s/calls
                [ "$1" != venv ] || "$3" -m venv "$4"
                """.formatted(python.folder()));
        images.register(NAME, pip("six"));

        Path made = images.build(NAME, progress::add);

        assertThat(python.calls())
                .containsExactly(
                        "uv venv --python " + python.folder().resolve("python3") + " " + made,
                        "venv",
                        "uv pip install --python " + PythonImages.python(made) + " flyte==2.12.1",
                        "uv pip install --python " + PythonImages.python(made) + " six",
                        "uv pip install --python " + PythonImages.python(made) + " " + made.resolve("runner"));
    }

    @Test
    void aFailureEndsWithWhatPipSaidLastAndLeavesNothing() throws IOException {
        images.register(NAME, pip("six", "broken"));

        assertThatThrownBy(() -> images.build(NAME, progress::add))
                .isInstanceOf(ImageBuildException.class)
                .hasMessageContaining("exit code 1")
                .hasMessageEndingWith("Collecting six\nCollecting broken\nERROR: there is no such package");
        assertThat(images.built(NAME)).isEmpty();
        assertThat(folders()).isEmpty();
    }

    @Test
    void whoeverWantsWhatIsBeingMadeListensAndWaitsForIt() throws IOException {
        images.register(NAME, pip("endless"));
        images.register("the same under another name", pip("endless"));

        CompletableFuture<Path> first = inBackground(NAME, progress::add);
        await().until(() -> progress.contains("Collecting endless"));
        List<CompletableFuture<Path>> more = Stream.of(NAME, "the same under another name", NAME)
                .map(name -> inBackground(name, line -> {
                    throw new IllegalStateException("has hung up");
                }))
                .toList();
        assertThat(first).isNotDone();
        python.openGate();

        assertThat(more).allSatisfy(other -> assertThat(other.join()).isEqualTo(first.join()));
        assertThat(python.calls()).filteredOn("venv"::equals).hasSize(1);
        assertThat(progress).last().asString().endsWith("/runner");
    }

    @Test
    void whatAKilledServerHasHalfMadeIsMadeAnew() throws Exception {
        Path output = folder.resolve("killed.txt");
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledBuild.class.getName(),
                        python.folder().toString(),
                        home().resolve("python").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        await("it is in the middle, see " + output).until(() -> {
            assertThat(server.isAlive()).as(Files.readString(output)).isTrue();
            return Files.readString(output).contains("Collecting endless");
        });
        List<ProcessHandle> pip = server.descendants().toList();
        server.destroyForcibly().waitFor();

        images.register(NAME, KilledBuild.layers());
        assertThat(images.built(NAME)).isEmpty();
        CompletableFuture<Path> made = inBackground(NAME, progress::add);
        await().until(() -> progress.contains("Collecting endless"));
        python.openGate();

        assertThat(images.built(NAME)).isEmpty();
        assertThat(made.join()).isEqualTo(images.built(NAME).orElseThrow());
        assertThat(folders()).as("what the killed one had made is swept").containsExactly(made.join());
        await("its pip has ended").until(() -> pip.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void whatIsBeingMadeEndsWithTheServer() {
        images.register(NAME, pip("endless"));
        CompletableFuture<Path> made = inBackground(NAME, progress::add);
        await().until(() -> progress.contains("Collecting endless"));
        List<ProcessHandle> pip = ProcessHandle.current()
                .descendants()
                .filter(process -> Arrays.asList(process.info().arguments().orElse(new String[0]))
                        .contains("endless"))
                .toList();

        images.close();

        assertThat(pip).isNotEmpty();
        await().until(made::isCompletedExceptionally);
        await().until(() -> pip.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void anEnvironmentWhoseInterpreterHasGoneIsMadeAnew() throws IOException {
        Path made = images.build(NAME, progress::add);
        Files.delete(PythonImages.python(made));

        assertThat(images.built(NAME)).isEmpty();
        assertThat(images.build(NAME, progress::add)).isNotEqualTo(made);
        assertThat(folders()).hasSize(1);
    }

    private CompletableFuture<Path> inBackground(String name, Consumer<String> listener) {
        return CompletableFuture.supplyAsync(() -> images.build(name, listener), Thread::startVirtualThread);
    }

    private static ImageLayers pip(String... packages) {
        return new ImageLayers(null, List.of(new PipPackages(List.of(packages), PipOptions.NONE)));
    }

    /** Folders of environments, whole or not. */
    private List<Path> folders() throws IOException {
        try (Stream<Path> files = Files.list(home().resolve("python"))) {
            return files.filter(file -> !Files.isSymbolicLink(file)).toList();
        }
    }
}
