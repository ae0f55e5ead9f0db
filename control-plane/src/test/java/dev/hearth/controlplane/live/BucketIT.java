package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.storage.FakeS3;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose bundles and large payloads are in a bucket. */
@Tag("beside-others")
class BucketIT {
    private static final String BALLAST = "ballast ".repeat(25_000);

    @Test
    void codeAndLargeInputsAndOutputsGoThroughTheBucketAndWithoutItSmallRunsGoOn(@TempDir Path folder) {
        try (FakeS3 s3 = FakeS3.start(folder);
                LiveServer server = new LiveServer(folder.resolve("home"))
                        .with("HEARTH_BLOBS", "s3://" + FakeS3.BUCKET + "/warm")
                        .with("HEARTH_S3_ENDPOINT", s3.endpoint().toString())
                        .with("AWS_ACCESS_KEY_ID", "anybody")
                        .with("AWS_SECRET_ACCESS_KEY", "no secret")) {
            server.start();
            server.deployExample("turmoil-leaf", Map.of("replicas", 1, "concurrency", 4, "idleTtl", 120));

            assertThat(server.succeeded(leaf(server, BALLAST))
                            .get("output")
                            .get("ballast")
                            .asString())
                    .isEqualTo(BALLAST);
            assertThat(server.home().resolve("blobs")).doesNotExist();
            assertThat(folder.resolve("s3").resolve(FakeS3.BUCKET)).isDirectoryRecursivelyContaining("glob:**");

            s3.close();
            HttpResponse<String> refused = server.exchange("POST", "/api/v1/runs", body(BALLAST), null);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.body()).contains("the blob store refused them");
            server.succeeded(leaf(server, ""));
        }
    }

    private static String leaf(LiveServer server, String ballast) {
        return server.post("/api/v1/runs", body(ballast)).get("name").asString();
    }

    private static Map<String, Object> body(String ballast) {
        return Map.of("environment", "turmoil-leaf", "task", "leaf", "input", Map.of("seed", 1, "ballast", ballast));
    }
}
