package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python runner has tests of its own. */
@Tag("beside-others")
class PythonRunnerIT {
    @TempDir
    private Path folder;

    @Test
    void itsOwnTestsPass() throws IOException {
        Path runner = FlyteClient.repository("python-runner");
        Path environment = folder.resolve("environment");
        FlyteClient.call(folder, List.of("python3", "-m", "venv", environment.toString()));
        FlyteClient.call(
                runner, List.of(environment.resolve("bin/pip").toString(), "install", "-q", runner + "[test]"));
        String said = FlyteClient.call(
                runner,
                List.of(environment.resolve("bin/python").toString(), "-m", "pytest", "-q", "-p", "no:cacheprovider"));
        assertThat(said).contains("passed").doesNotContain("failed");
    }
}
