package dev.hearth.controlplane.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.storage.FakeS3;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The unmodified SDK of Flyte against a server that wants a token and keeps its files in a bucket. */
@Tag("beside-others")
class FlyteElsewhereIT {
    private static final String TOKEN = "s3cret";
    private static final Pattern RUN = Pattern.compile("/runs/(r[a-z0-9]+)");

    @TempDir
    private static Path folder;

    private static FakeS3 s3;
    private static LiveServer server;
    private static FlyteClient client;

    @BeforeAll
    static void start() throws IOException {
        s3 = FakeS3.start(folder);
        server = new LiveServer(folder.resolve("home"))
                .with("HEARTH_TOKEN", TOKEN)
                .with("HEARTH_BLOBS", "s3://" + FakeS3.BUCKET + "/warm")
                .with("HEARTH_S3_ENDPOINT", s3.endpoint().toString())
                .with("AWS_ACCESS_KEY_ID", "anybody")
                .with("AWS_SECRET_ACCESS_KEY", "no secret")
                .authorized(TOKEN);
        CompletableFuture<Void> start = CompletableFuture.runAsync(server::start);
        client = FlyteClient.install(folder, server.port());
        start.join();
    }

    @AfterAll
    static void stop() {
        server.close();
        s3.close();
    }

    @Test
    void whoKnowsTheTokenRunsParentsAndChildrenWhoseFilesAreInTheBucket() throws IOException {
        assertThat(client.fails("flyte", "run", "reusable_env.py", "main")).contains("This server wants a token");

        client.endpoint("dns:///127.0.0.1:" + server.port() + "/flyte/as/" + TOKEN);
        String said = client.flyte("run", "reusable_env.py", "main");
        String run = RUN.matcher(said)
                .results()
                .reduce((first, last) -> last)
                .orElseThrow()
                .group(1);
        assertThat(said).as("the address of the run tells nobody the token").doesNotContain(TOKEN);
        server.succeeded(run);
        assertThat(client.python("outputs.py", run)).contains("SUCCEEDED [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]");
        String uris = server.exchange(
                        "POST",
                        "/flyteidl2.workflow.RunService/GetActionDataURIs",
                        Map.of("actionId", Map.of("run", Map.of("name", run), "name", "a0")),
                        null)
                .body();
        assertThat(uris).contains("s3://" + FakeS3.BUCKET + "/warm/flyte/default/development/runs/" + run);
        assertThat(server.home().resolve("flyte")).doesNotExist();
    }

    @Test
    void theSecretOfAnApiKeyIsExchangedForAToken() {
        JsonMapper json = new JsonMapper();
        HttpResponse<String> metadata = server.exchange(
                "POST", "/flyteidl2.auth.AuthMetadataService/GetOAuth2Metadata", "{}", Map.of("Authorization", "none"));
        assertThat(json.readTree(metadata.body()).get("tokenEndpoint").asString())
                .endsWith("/flyte/token");
        assertThat(server.exchange(
                                "POST",
                                "/flyteidl2.auth.AuthMetadataService/GetPublicClientConfig",
                                "{}",
                                Map.of("Authorization", "none"))
                        .body())
                .contains("authorization");

        HttpResponse<String> granted = exchange("client_credentials", basic("anyone:" + TOKEN));
        assertThat(json.readTree(granted.body()).get("access_token").asString()).isEqualTo(TOKEN);
        assertThat(granted.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(exchange("client_credentials", basic("anyone:wrong")).body()).contains("invalid_client");
        for (String broken : new String[] {"Basic !", "Basic ", basic("no colon"), basic("a:%"), "Bearer " + TOKEN}) {
            assertThat(exchange("client_credentials", broken).statusCode()).isEqualTo(401);
        }
        assertThat(exchange("password", basic("anyone:" + TOKEN)).statusCode()).isEqualTo(400);
    }

    private static HttpResponse<String> exchange(String grant, String authorization) {
        return server.exchange(
                "POST",
                "/flyte/token",
                "grant_type=" + grant,
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Authorization", authorization));
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
    }
}
