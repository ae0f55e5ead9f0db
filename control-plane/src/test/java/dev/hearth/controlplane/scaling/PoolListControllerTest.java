package dev.hearth.controlplane.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.environment.BundleDescriber;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.security.OpenServerRefusal;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.controlplane.storage.BlobStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The running autoscaler, seen over HTTP. */
class PoolListControllerTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ScalingDatabase db;
    private static ConfigurableApplicationContext server;

    /** Not annotated as a configuration, lest scans of other tests find it. */
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = EnvironmentCatalog.class)
    @EnableJpaRepositories(basePackageClasses = EnvironmentCatalog.class)
    @ConfigurationPropertiesScan("dev.hearth.controlplane")
    @ComponentScan(
            basePackageClasses = {
                Autoscaler.class,
                EnvironmentCatalog.class,
                Pools.class,
                ProblemException.class,
                OpenServerRefusal.class,
                BlobStore.class,
                Signals.class,
                Outages.class
            },
            excludeFilters = @ComponentScan.Filter(type = FilterType.REGEX, pattern = ".*DeploymentHalf"))
    static class ScalingHalf {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        BundleDescriber describer() {
            return jar -> List.of();
        }
    }

    @BeforeAll
    static void start(@TempDir Path home) {
        TestDatabase.Database database = TestDatabase.migrated();
        db = new ScalingDatabase(database);
        SpringApplication application = new SpringApplication(ScalingHalf.class);
        application.setRegisterShutdownHook(false);
        server = application.run(
                "--server.port=0",
                "--hearth.home=" + home,
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=4");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void showsEachReplicaWithTheTimeItHasLeft() {
        long pool = db.pool(db.environment("idle"), 1, 1);
        Instant now = Instant.now().minusSeconds(20);
        long replica = db.ready(pool, 1);
        db.jdbc
                .sql(
                        "UPDATE replica SET last_busy_at = :busy::timestamptz, placement = :placement::jsonb WHERE id = :id")
                .param("busy", now.toString())
                .param("placement", "{\"pid\": 4711, \"host\": \"here\"}")
                .param("id", replica)
                .update();

        JsonNode item = get("/api/v1/environments/idle/replicas").at("/items/0");

        assertThat(item.get("id").stringValue()).isEqualTo(Long.toString(replica));
        assertThat(item.get("coldStartMs").longValue()).isEqualTo(1000);
        assertThat(item.get("placement").stringValue()).isEqualTo("pid 4711 on here");
        assertThat(Instant.parse(item.get("stopsAt").stringValue()))
                .isBetween(now.plusSeconds(59), now.plusSeconds(61));
    }

    @Test
    void startsReplicasWithoutBeingAskedAndSaysWhy() {
        long pool = db.pool(db.environment("woken"), 1, 2);
        db.queue(pool, "woken-1");

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(db.phases(pool)).containsExactly("REQUESTED"));

        JsonNode decisions = get("/api/v1/environments/woken/decisions");
        assertThat(decisions.at("/items/0/to").intValue()).isEqualTo(1);
        assertThat(decisions.at("/items/0/reason").stringValue()).startsWith("1 queued and 0 running need 1 replica");
        assertThat(decisions.at("/items/0/inputs/condition/queued").intValue()).isEqualTo(1);
    }

    @Test
    void pagesThroughAllReplicasThatThereWere() {
        long pool = db.pool(db.environment("history"), 1, 1);
        for (int n = 1; n <= 3; n++) {
            db.failedStart(pool, ScalingDatabase.NOON.plusSeconds(n));
        }

        JsonNode first = get("/api/v1/environments/history/replicas?all=true&limit=2");
        JsonNode second = get("/api/v1/environments/history/replicas?all=true&limit=2&cursor="
                + first.get("nextCursor").stringValue());

        assertThat(first.get("items")).hasSize(2);
        assertThat(second.get("items")).hasSize(1);
        assertThat(second.hasNonNull("nextCursor")).isFalse();
        assertThat(first.get("total").intValue()).isEqualTo(3);
        assertThat(get("/api/v1/environments/history/replicas").get("items")).isEmpty();
    }

    @Test
    void liveReplicasAndDecisionsComeInPagesToo() {
        long old = db.pool(db.environment("many"), 0, 9);
        List<String> ids = new ArrayList<>();
        for (int ordinal = 1; ordinal <= 5; ordinal++) {
            ids.add(Long.toString(db.ready(old, ordinal)));
            db.execute("""
                    INSERT INTO scaling_decision (pool_id, decided_at, from_replicas, to_replicas, reason, inputs)
                    VALUES (%d, now(), 0, %d, 'because', '{}')""".formatted(old, ordinal));
        }
        String live = "/api/v1/environments/many/replicas?limit=2";
        JsonNode first = get(live);
        JsonNode second = get(live + "&cursor=" + first.get("nextCursor").stringValue());
        JsonNode third = get(live + "&cursor=" + second.get("nextCursor").stringValue());
        assertThat(Stream.of(first, second, third)
                        .flatMap(page -> page.get("items").valueStream())
                        .map(replica -> replica.get("id").stringValue()))
                .isEqualTo(ids);
        assertThat(first.get("total").intValue()).isEqualTo(5);
        assertThat(third.has("nextCursor")).isFalse();

        JsonNode decisions = get("/api/v1/environments/many/decisions?limit=2");
        assertThat(decisions.get("total").intValue()).isGreaterThanOrEqualTo(5);
        String cursor = decisions.get("nextCursor").stringValue();
        for (String other :
                List.of("decisions?limit=0", "replicas?cursor=" + cursor, "replicas?all=true&cursor=" + cursor)) {
            assertThat(send("/api/v1/environments/many/" + other).statusCode())
                    .as(other)
                    .isEqualTo(400);
        }
        assertThat(send(live + "&all=true&cursor=" + first.get("nextCursor").stringValue())
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void askedAgainUnderAnotherPolicyADecisionMayDiffer() {
        long pool = db.pool(db.environment("replayed"), 1, 1);
        db.queue(pool, "replayed-1");
        db.queue(pool, "replayed-2");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(db.phases(pool)).containsExactly("REQUESTED"));
        db.execute("""
                INSERT INTO scaling_decision (pool_id, decided_at, from_replicas, to_replicas, reason, inputs)
                VALUES (%d, now(), 0, 1, 'of an older form', '{"pool": 1}')""".formatted(pool));

        JsonNode same = replay("replayed", "{\"reuse\": {\"replicas\": 1}}");
        JsonNode other = replay("replayed", "{\"reuse\": {\"replicas\": [0, 2]}, \"limit\": 10}");

        assertThat(same.get("unreadable").intValue()).isEqualTo(1);
        assertThat(same.get("items")).hasSize(1);
        assertThat(same.at("/items/0/differs").booleanValue()).isFalse();
        assertThat(same.at("/items/0/then/reason")).isEqualTo(same.at("/items/0/reason"));
        assertThat(other.at("/items/0/to").intValue()).isEqualTo(1);
        assertThat(other.at("/items/0/then/to").intValue()).isEqualTo(2);
        assertThat(other.at("/items/0/then/rule").stringValue()).isEqualTo("DEMAND");
        assertThat(other.at("/items/0/differs").booleanValue()).isTrue();
    }

    @Test
    void aReplayLeavesWhatIsNotAskedForAsItIsDeployed() {
        long environment = db.environment("merged");
        long pool = db.pool(environment, 0, 3);
        db.execute("""
                UPDATE environment_version SET spec = '{"image": "process:java", "env": {}, "reuse": {"replicas": [0, 3],
                    "concurrency": 1, "scaledownTtl": "PT60S", "idleTtl": null}}' WHERE environment_id = %d""".formatted(environment));
        db.execute("""
                UPDATE environment SET active_version_id = (SELECT id FROM environment_version WHERE environment_id = %1$d)
                WHERE id = %1$d""".formatted(environment));
        db.queue(pool, "merged-1");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(db.phases(pool)).containsExactly("REQUESTED"));

        JsonNode same = replay("merged", "{\"reuse\": {\"replicas\": [0, 3]}}");
        assertThat(same.get("policy")).isEqualTo(JSON.readTree("""
                {"replicas": [0, 3], "concurrency": 1, "scaledownTtl": "PT1M", "idleTtl": null, "scope": "global"}"""));
        assertThat(same.get("items"))
                .isNotEmpty()
                .noneMatch(item -> item.get("differs").booleanValue());
        assertThat(replay("merged", "{\"reuse\": {\"idleTtl\": \"PT5M\"}}")
                        .at("/policy/idleTtl")
                        .stringValue())
                .isEqualTo("PT5M");
    }

    @Test
    void aProposedPolicyIsReadLikeADeployedOne() {
        db.environment("proposed");
        String path = "/api/v1/environments/proposed/decisions/replay";
        assertThat(fields(post(path, "{\"reuse\": {\"replicas\": [3, 1], \"slots\": 4}}")))
                .containsExactlyInAnyOrder("reuse.replicas", "reuse.slots");
        assertThat(fields(post(path, "{}"))).containsExactly("reuse");
        assertThat(fields(post(path, "{\"reuse\": {}, \"limit\": 201}"))).containsExactly("limit");
        assertThat(post("/api/v1/environments/nowhere/decisions/replay", "{\"reuse\": {}}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void anUnknownEnvironmentIsNotFound() {
        assertThat(send("/api/v1/environments/nowhere/replicas").statusCode()).isEqualTo(404);
        assertThat(send("/api/v1/environments/nowhere/decisions").statusCode()).isEqualTo(404);
    }

    @Test
    void theAutoscalerIsHealthyWhileItsRoundsEndWell() {
        assertThat(server.getBean(AutoscalerHealthIndicator.class)
                        .health()
                        .getStatus()
                        .getCode())
                .isEqualTo("UP");
    }

    private static JsonNode replay(String environment, String body) {
        HttpResponse<String> response = post("/api/v1/environments/" + environment + "/decisions/replay", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static List<String> fields(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        return JSON.readTree(response.body())
                .get("errors")
                .valueStream()
                .map(error -> error.get("field").stringValue())
                .toList();
    }

    private static JsonNode get(String path) {
        HttpResponse<String> response = send(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static HttpResponse<String> send(String path) {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private static HttpResponse<String> post(String path, String body) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getEnvironment().getProperty("local.server.port") + path);
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
