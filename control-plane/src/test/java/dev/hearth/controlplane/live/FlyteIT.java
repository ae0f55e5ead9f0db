package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The unmodified SDK of Flyte, against a server as anyone starts it. */
class FlyteIT {
    private static final Pattern RUN = Pattern.compile("/runs/(r[a-z0-9]+)");
    private static final JsonMapper JSON = new JsonMapper();
    private static final String RUNS = "/flyteidl2.workflow.RunService/";
    private static final String ACTIONS = "/flyteidl2.actions.ActionsService/";

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static FlyteClient client;

    @BeforeAll
    static void start() throws IOException {
        server = new LiveServer(folder.resolve("home"));
        // It mostly waits for the network.
        CompletableFuture<Void> start = CompletableFuture.runAsync(server::start);
        client = FlyteClient.install(folder, server.port());
        start.join();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theProgramOfThePageRunsAsItStands() {
        String said = client.python("reuse_concurrency.py");
        assertThat(said).contains("completed successfully");
        String run = lastRun(said);
        assertThat(client.python("outputs.py", run)).contains("SUCCEEDED 124750");
        assertThat(server.actions(run)).hasSize(501);
        assertThat(server.actions(run).stream()
                        .map(action -> action.get("replica").asString())
                        .collect(Collectors.toSet()))
                .hasSize(2);
        HttpResponse<String> page =
                server.exchange("GET", "/v2/domain/development/project/default/runs/" + run, null, null);
        assertThat(page.headers().firstValue("Location"))
                .hasValueSatisfying(to -> assertThat(to).endsWith("/runs/" + run));

        assertThat(client.flyte("get", "run")).contains("reuse_concurrency");
        assertThat(client.flyte("get", "action", run)).contains("noop");
    }

    @Test
    void theShortProgramOfThePageRunsInItsTwoReplicasOfOneSlot() {
        String said = client.flyte("run", "reusable_env.py", "main");
        String run = lastRun(said);
        await().atMost(Duration.ofMinutes(2))
                .until(() -> server.get("/api/v1/runs/" + run)
                        .get("phase")
                        .asString()
                        .equals("SUCCEEDED"));
        assertThat(client.python("outputs.py", run)).contains("SUCCEEDED [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]");
    }

    @Test
    void tasksFindWhatTheSdkPromises() throws IOException {
        Path tries = Files.createDirectories(folder.resolve("tries"));
        String said = client.python("behaviours.py", tries.toString());
        JsonNode seen = JSON.readTree(said.lines()
                .filter(line -> line.startsWith("outputs: "))
                .map(line -> line.substring("outputs: ".length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(said)));
        assertThat(seen.get("state").asInt()).as("a module's global lives on").isGreaterThanOrEqualTo(3);
        assertThat(seen.get("sync").asInt()).isEqualTo(30);
        assertThat(seen.get("error").asString()).isEqualTo("ValueError: no 7");
        assertThat(seen.get("flaky").asInt()).isEqualTo(3);
        assertThat(seen.get("timeout").asString()).isEqualTo("MaxRuntimeExceededError");
        assertThat(seen.get("oom").asString()).isEqualTo("OOMError");
        assertThat(seen.get("fallback").asInt())
                .as("off its pool, with more memory")
                .isEqualTo(1_500);
        assertThat(seen.get("cached").asBoolean()).isTrue();
        assertThat(seen.get("trace").asInt()).isEqualTo(42);
        assertThat(seen.get("orders").asInt())
                .as("a set has the same order in every process")
                .isEqualTo(1);
        assertThat(client.flyte("get", "logs", lastRun(said))).contains("the caller looks around");
    }

    @Test
    void aDeployedTaskRunsByItsNameAndARunIsAborted() {
        assertThat(client.flyte("deploy", "reusable_env.py", "env")).contains("reusable-env.main");
        assertThat(client.flyte("get", "task")).contains("reusable-env");
        assertThat(client.python("deployed.py")).contains("by name: [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]");

        String run = lastRun(client.flyte("run", "reuse_concurrency.py", "reuse_concurrency", "--n", "3000"));
        client.flyte("abort", "run", run, "--reason", "no more money");
        JsonNode aborted = server.get("/api/v1/runs/" + run);
        assertThat(aborted.get("phase").asString()).isEqualTo("ABORTED");
        assertThat(aborted.toString()).contains("its run was cancelled: no more money");
    }

    @Test
    void aRunOutlivesItsReplicaAndItsControlPlane() throws Exception {
        Path output = folder.resolve("killed.log");
        client.python("reuse_concurrency.py");
        Process program = client.start(output, "reuse_concurrency.py");
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(output).contains("RUNNING"));
            String run = lastRun(Files.readString(output));
            server.everyReplica("reuse_concurrency").stream()
                    .filter(replica -> replica.get("phase").asString().equals("READY"))
                    .map(replica ->
                            Long.parseLong(replica.get("placement").asString().split(" ")[1]))
                    .limit(1)
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .forEach(ProcessHandle::destroyForcibly);
            server.killHard();
            server.start();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> server.get("/api/v1/runs/" + run)
                            .get("phase")
                            .asString()
                            .equals("SUCCEEDED"));
            assertThat(client.python("outputs.py", run)).contains("SUCCEEDED 124750");
        } finally {
            program.destroyForcibly();
            program.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatCannotBeServedIsAnsweredWithASentence() {
        JsonNode policy =
                call(RUNS + "CreateRun", create(Map.of("minReplicas", 5, "maxReplicas", 1, "concurrency", 1)));
        assertThat(policy.get("code").asString()).isEqualTo("invalid_argument");
        assertThat(policy.get("message").asString()).contains("replicas").contains("max must be at least min");
        assertThat(call(RUNS + "CreateRun", create(Map.of("minReplicas", 1, "maxReplicas", 1, "concurrency", 0)))
                        .get("message")
                        .asString())
                .contains("concurrency must be 1 or more");
        assertThat(call(RUNS + "GetRunDetails", Map.of("runId", run("r0")))
                        .get("code")
                        .asString())
                .isEqualTo("not_found");
        Map<String, Object> bounded =
                new TreeMap<>(create(Map.of("minReplicas", 1, "maxReplicas", 1, "concurrency", 1)));
        bounded.put("runSpec", Map.of("maxActionConcurrency", 3));
        assertThat(call(RUNS + "CreateRun", bounded).get("message").asString())
                .contains("does not serve max_action_concurrency");
        assertThat(call(RUNS + "WatchGroups", Map.of()).toString()).contains("unimplemented");
        assertThat(call(ACTIONS + "Signal", Map.of()).get("message").asString()).contains("does not serve");
        assertThat(call(
                                ACTIONS + "Enqueue",
                                Map.of("action", Map.of("actionId", Map.of("run", run("r0"), "name", "x"))))
                        .get("code")
                        .asString())
                .isEqualTo("not_found");
        assertThat(call(RUNS + "GetRunDetails", Map.of("runId", run("a\0b")))
                        .get("code")
                        .asString())
                .isEqualTo("invalid_argument");
    }

    @Test
    void anUploadIsTakenOnlyAsItWasAnnounced() {
        JsonNode place = call(
                "/flyteidl2.dataproxy.DataProxyService/CreateUploadLocation",
                Map.of(
                        "project", "default",
                        "domain", "development",
                        "org", "hearth",
                        "filename", "a.txt",
                        "contentMd5", "XUFAKrxLKna5cZ2REBfFkg=="));
        String address = place.get("signedUrl").asString();
        String path = address.substring(address.indexOf("/flyte/"));
        assertThat(server.exchange("PUT", path, "hullo", null).statusCode()).isEqualTo(400);
        assertThat(server.exchange("PUT", path.replace("expires=", "expires=9"), "hello", null)
                        .statusCode())
                .isEqualTo(403);
        JsonNode outside = call(
                "/flyteidl2.dataproxy.DataProxyService/CreateUploadLocation",
                Map.of(
                        "project", "default",
                        "domain", "development",
                        "filename", "../../../../etc/passwd",
                        "contentMd5", "XUFAKrxLKna5cZ2REBfFkg=="));
        assertThat(outside.get("code").asString()).isEqualTo("invalid_argument");
    }

    private static Map<String, Object> create(Map<String, Object> policy) {
        return Map.of(
                "projectId", Map.of("organization", "hearth", "name", "default", "domain", "development"),
                "offloadedInputData", Map.of("uri", "file:///tmp/none", "inputsHash", "x"),
                "taskSpec",
                        Map.of(
                                "environment", Map.of("name", "env"),
                                "taskTemplate",
                                        Map.of(
                                                "id", Map.of("name", "env.task"),
                                                "container", Map.of("image", "x", "args", List.of("a0")),
                                                "reusePolicy", policy)));
    }

    private static Map<String, Object> run(String name) {
        return Map.of("org", "hearth", "project", "default", "domain", "development", "name", name);
    }

    private static JsonNode call(String path, Object body) {
        HttpResponse<String> answer = server.exchange("POST", path, body, Map.of("Connect-Protocol-Version", "1"));
        return JSON.readTree(answer.body());
    }

    private static String lastRun(String said) {
        return RUN.matcher(said)
                .results()
                .map(found -> found.group(1))
                .reduce((before, last) -> last)
                .orElseThrow(() -> new AssertionError(said));
    }
}
