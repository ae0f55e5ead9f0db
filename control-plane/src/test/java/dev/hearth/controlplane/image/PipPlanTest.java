package dev.hearth.controlplane.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.image.Layer.Env;
import dev.hearth.controlplane.image.Layer.PipPackages;
import dev.hearth.controlplane.image.Layer.Requirements;
import dev.hearth.controlplane.image.PipPlan.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipPlanTest {
    private static final Step FLYTE = new Step(List.of(PipPlan.FLYTE), null);

    @Test
    void layersAreInstalledInTheirOrderEachWithItsOptionsBehindTheSdk() {
        PipOptions options = new PipOptions(
                "https://one.example/simple",
                List.of("https://two.example/simple", "https://three.example/simple"),
                true,
                "--no-deps  --config-settings='a b' \"--report=x y\"");

        assertThat(plan(pip("numpy", "pandas>=2"), new Requirements("six==1.17.0\n", options))
                        .steps())
                .containsExactly(
                        FLYTE,
                        new Step(List.of("numpy", "pandas>=2"), null),
                        new Step(
                                List.of(
                                        "--index-url",
                                        "https://one.example/simple",
                                        "--extra-index-url",
                                        "https://two.example/simple",
                                        "--extra-index-url",
                                        "https://three.example/simple",
                                        "--pre",
                                        "--no-deps",
                                        "--config-settings=a b",
                                        "--report=x y"),
                                "six==1.17.0\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flyte",
                "flyte==2.12.0",
                "Flyte [tui] >= 2.12",
                "flyte @ https://example.com/flyte-2.12.1-py3-none-any.whl",
                "https://example.com/flyte-2.12.1-py3-none-any.whl",
                "git+https://github.com/flyteorg/flyte-sdk@main"
            })
    void theSdkIsThatOfTheLayersWhereTheyBringOne(String requirement) {
        assertThat(plan(pip("six"), pip(requirement)).steps()).doesNotContain(FLYTE);
        assertThat(plan(new Requirements("six\n" + requirement + "\n", PipOptions.NONE))
                        .steps())
                .doesNotContain(FLYTE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flytekit", "flyteidl2==2.0.51", "pytest-flyte", "# flyte", "-r flyte"})
    void otherPackagesAreNotTheSdk(String requirement) {
        assertThat(plan(pip(requirement)).steps()).contains(FLYTE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unionai-reuse",
                "unionai-reuse>=0.1.10",
                "UnionAI_Reuse==0.1",
                " unionai.reuse [extra] ~= 0.1 ; python_version > '3.9'",
                "unionai-reuse@https://example.com/a.whl",
                "https://example.com/unionai_reuse-0.1.10-cp311-abi3-linux_x86_64.whl",
                "-e git+https://example.com/unionai-reuse.git#egg=x"
            })
    void theOtherRunnerIsLeftOutAndTheReasonIsTold(String requirement) {
        PipPlan packages = plan(pip("six", requirement));
        PipPlan requirements = plan(new Requirements("six\n" + requirement + "\nattrs\n", PipOptions.NONE));

        assertThat(packages.steps()).containsExactly(FLYTE, new Step(List.of("six"), null));
        assertThat(requirements.steps()).containsExactly(FLYTE, new Step(List.of(), "six\nattrs\n"));
        assertThat(packages.notes())
                .isEqualTo(requirements.notes())
                .singleElement()
                .asString()
                .contains("unionai-reuse")
                .contains("not needed: Hearth's own runner takes its place");
        assertThat(plan(pip(requirement)).steps()).containsExactly(FLYTE);
    }

    @Test
    void aRequirementThatGoesOverSeveralLinesIsLeftOutWhole() {
        String text = """
                six==1.17.0 \\
                    --hash=sha256:aa
                unionai-reuse==0.1.10 \\
                    --hash=sha256:bb \\
                    --hash=sha256:cc
                attrs==25.1.0
                """;

        assertThat(plan(new Requirements(text, PipOptions.NONE)).steps())
                .last()
                .isEqualTo(new Step(List.of(), "six==1.17.0 \\\n    --hash=sha256:aa\nattrs==25.1.0\n"));
    }

    @Test
    void anEnvironmentIsTheSameWhereTheSameIsInstalledByTheSameInterpreter() {
        String hash = hash("3.12", pip("six", "attrs"));

        assertThat(hash("3.12", new Env(Map.of("A", "1")), pip("six", "unionai-reuse", "attrs")))
                .isEqualTo(hash);
        assertThat(List.of(
                        hash("3.11", pip("six", "attrs")),
                        hash("3.12", pip("attrs", "six")),
                        hash("3.12", pip("six"), pip("attrs")),
                        hash("3.12", new Requirements("six\nattrs", PipOptions.NONE)),
                        hash(
                                "3.12",
                                new PipPackages(List.of("six", "attrs"), new PipOptions(null, List.of(), true, null)))))
                .doesNotHaveDuplicates()
                .doesNotContain(hash);
    }

    @Test
    void anotherRunnerIsAnotherEnvironment() {
        assertThat(RunnerPackage.ofThisServer().files())
                .containsKeys("pyproject.toml", "hearth_runner/__main__.py")
                .allSatisfy((path, content) -> assertThat(path).doesNotContain("__pycache__"));

        RunnerPackage changed =
                new RunnerPackage(new TreeMap<>(RunnerPackage.ofThisServer().files()));
        changed.files().put("hearth_runner/added.py", new byte[] {10});
        assertThat(new Recipe(python("3.12"), plan(), changed).hash()).isNotEqualTo(hash("3.12"));
    }

    private static Layer pip(String... packages) {
        return new PipPackages(List.of(packages), PipOptions.NONE);
    }

    private static PipPlan plan(Layer... layers) {
        return PipPlan.of(new ImageLayers(null, List.of(layers)));
    }

    private static String hash(String python, Layer... layers) {
        return new Recipe(python(python), plan(layers), RunnerPackage.ofThisServer()).hash();
    }

    private static Python python(String version) {
        return new Python(Path.of("/usr/bin/python" + version), version);
    }
}
