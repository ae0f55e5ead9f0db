package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.controlplane.environment.BundleRefusedException;
import dev.hearth.controlplane.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.HttpStatus;

/** Workers that look into a jar in their own way, in real processes. */
class WorkerDescriberTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    @TempDir
    private Path folder;

    @Test
    void aLookThatIsStillAtWorkWhenItsTimeIsOverMayBeRepeated() throws Exception {
        WorkerDescriber describer = describer("while (true) { Math.sin(1); }");
        assertThatThrownBy(() -> describer.describe(folder))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE))
                .hasMessageContaining("describe-timeout");
    }

    @Test
    void aJarThatWaitsForEverIsNoBundle() throws Exception {
        WorkerDescriber describer = describer("Thread.sleep(Long.MAX_VALUE);");
        assertThatThrownBy(() -> describer.describe(folder))
                .isInstanceOf(BundleRefusedException.class)
                .hasMessageContaining("waits for something");
    }

    @Test
    void aLookThatIsEndedFromOutsideSaysNothingOfTheJar() throws Exception {
        WorkerDescriber describer = describer("ProcessHandle.current(); Runtime.getRuntime().halt(137);");
        assertThatThrownBy(() -> describer.describe(folder))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("ended from outside");
    }

    private WorkerDescriber describer(String body) throws IOException {
        Path source =
                Files.createDirectories(folder.resolve("dev/hearth/worker")).resolve("Describe.java");
        Files.writeString(source, """
                package dev.hearth.worker;
                public class Describe {
                    public static void main(String[] arguments) throws Exception { %s }
                }
                """.formatted(body));
        ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString());
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve("worker.jar")))) {
            jar.putNextEntry(new JarEntry("dev/hearth/worker/Describe.class"));
            jar.write(Files.readAllBytes(source.resolveSibling("Describe.class")));
        }
        return new WorkerDescriber(
                CompletableFuture.completedFuture(new WorkerInstallation(folder)), new Inherited(List.of()), TIMEOUT);
    }
}
