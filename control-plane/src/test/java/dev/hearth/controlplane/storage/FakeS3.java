package dev.hearth.controlplane.storage;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A store that speaks S3, as a process of its own (Adobe's S3Mock). */
public final class FakeS3 implements AutoCloseable {
    public static final String BUCKET = "hearth";

    private static final Pattern PORT = Pattern.compile("Tomcat started on ports .* (\\d+) \\(http\\)");

    private final Process process;
    private final URI endpoint;

    private FakeS3(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Keeps its files and its output in this folder. */
    public static FakeS3 start(Path folder) {
        Path output = folder.resolve("s3.log");
        try {
            Files.createDirectories(folder);
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-jar",
                            Path.of("target", "s3mock.jar").toAbsolutePath().toString(),
                            "--server.port=0",
                            "--com.adobe.testing.s3mock.httpPort=0",
                            "--com.adobe.testing.s3mock.store.initialBuckets=" + BUCKET,
                            "--com.adobe.testing.s3mock.store.root=" + folder.resolve("s3"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            String port = await("the store listens, see " + output)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> port(output), found -> !found.isEmpty());
            return new FakeS3(process, URI.create("http://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String port(Path output) throws IOException {
        Matcher line = PORT.matcher(Files.readString(output));
        return line.find() ? line.group(1) : "";
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
