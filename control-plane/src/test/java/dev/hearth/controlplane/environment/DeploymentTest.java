package dev.hearth.controlplane.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.api.RawJson;
import dev.hearth.controlplane.environment.Api.Answer;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.model.ReusePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeploymentTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static Api api;

    @BeforeAll
    static void start() {
        api = Api.start();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void deployingTheSameSpecAgainChangesNothing() {
        String spec = spec("same", "{\"replicas\": 2, \"concurrency\": 100}");
        Answer first = deploy("same", spec);
        Answer again = deploy("same", spec.replace("\"1Gi\"", "1073741824"));

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(first.body().get("version").stringValue()).matches("[0-9a-f]{12}");
        assertThat(first.body().get("warnings")).isEmpty();
        assertThat(view("same").get("versions")).hasSize(1);
    }

    @Test
    void changingOnlyBoundsKeepsThePool() {
        Answer first = deploy("bounds", spec("bounds", "{\"replicas\": 2}"));
        Answer more = deploy("bounds", spec("bounds", "{\"replicas\": [1, 7], \"idleTtl\": 90}"));

        assertThat(more.status()).isEqualTo(201);
        assertThat(more.body().get("pool")).isEqualTo(first.body().get("pool"));
        assertThat(pool(more).get("replicas_max")).isEqualTo(7);
        assertThat(pool(more).get("idle_ttl_ms")).isEqualTo(90_000L);
        assertThat(pool(more).get("draining")).isEqualTo(false);
    }

    @Test
    void moreTimeToStartIsGivenToThePoolThatIsThere() {
        String before = spec("startup", "{\"replicas\": 2}");
        Answer first = deploy("startup", before);
        assertThat(pool(first).get("start_timeout_ms")).isNull();
        Answer more = deploy("startup", before.replaceFirst("\\{", "{\"startTimeout\": \"PT5M\", "));

        assertThat(more.status()).isEqualTo(201);
        assertThat(more.body().get("pool")).isEqualTo(first.body().get("pool"));
        assertThat(pool(more).get("start_timeout_ms")).isEqualTo(300_000L);
        assertThat(view("startup").at("/spec/startTimeout").stringValue()).isEqualTo("PT5M");
    }

    @Test
    void changingWhatAReplicaIsMakesAnotherPoolAndDrainsTheOneBefore() {
        Answer first = deploy("swap", spec("swap", "{\"replicas\": 2}"));
        Answer second = deploy("swap", spec("swap", "{\"replicas\": 2, \"concurrency\": 5}"));

        assertThat(pool(first).get("draining")).isEqualTo(true);
        assertThat(pool(second).get("draining")).isEqualTo(false);
        JsonNode versions = view("swap").get("versions");
        assertThat(versions.get(0).get("version")).isEqualTo(second.body().get("version"));
        assertThat(versions.get(0).get("state").stringValue()).isEqualTo("ACTIVE");
        assertThat(versions.get(1).get("state").stringValue()).isEqualTo("DRAINING");
    }

    @Test
    void deployingAnEarlierSpecRollsBackToItsVersionAndPool() {
        String original = spec("back", "{\"replicas\": 2}");
        Answer first = deploy("back", original);
        Answer second = deploy("back", spec("back", "{\"replicas\": 2, \"concurrency\": 5}"));
        Answer rollback = deploy("back", original);

        assertThat(rollback.status()).isEqualTo(201);
        assertThat(rollback.body()).isEqualTo(first.body());
        assertThat(pool(first).get("draining")).isEqualTo(false);
        assertThat(pool(second).get("draining")).isEqualTo(true);
        assertThat(view("back").get("versions")).hasSize(2);
        assertThat(view("back").at("/versions/0/version"))
                .isEqualTo(first.body().get("version"));
    }

    @Test
    void deploymentsOfOneEnvironmentAtTheSameTimeFollowEachOther() throws Exception {
        List<String> specs = IntStream.rangeClosed(1, 4)
                .mapToObj(slots -> spec("race", "{\"concurrency\": " + slots + "}"))
                .toList();
        List<Callable<Answer>> calls = IntStream.range(0, 24)
                .mapToObj(i -> (Callable<Answer>) () -> deploy("race", specs.get(i % specs.size())))
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                assertThat(answer.get().status()).isIn(200, 201);
            }
        }
        List<JsonNode> active = view("race")
                .get("versions")
                .valueStream()
                .filter(version -> version.get("state").stringValue().equals("ACTIVE"))
                .toList();
        assertThat(active).hasSize(1);
        assertThat(jdbc().sql("SELECT count(*) FROM pool WHERE environment = 'race' AND NOT draining")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aSpecIsAnsweredAsItWasMeant() {
        deploy("shown", spec("shown", "{\"replicas\": [0, 3], \"scaledownTtl\": 1.5, \"idleTtl\": null}"));

        JsonNode reuse = view("shown").at("/spec/reuse");
        assertThat(reuse).isEqualTo(JSON.readTree("""
                        {"replicas": [0, 3], "concurrency": 1, "scaledownTtl": "PT1.5S", "idleTtl": null,
                         "scope": "global"}"""));
        assertThat(view("shown").get("tasks")).isEqualTo(JSON.readTree("""
                        [{"name": "fan_out", "inputSchema": {"type": "object", "required": ["n"],
                          "properties": {"n": {"type": "integer", "minimum": 1}}},
                          "terms": {"retries": 0, "backoff": "PT1S", "longestBackoff": "PT1M", "timeoutExcludesChildren": false}},
                         {"name": "noop", "terms": {"retries": 0, "backoff": "PT1S", "longestBackoff": "PT1M", "timeoutExcludesChildren": false}}]"""));
        assertThat(view("shown").at("/pool/state").stringValue()).isEqualTo("COLD");
        assertThat(view("shown").at("/pool/slots").intValue()).isZero();
    }

    @Test
    void anAlwaysOnPoolIsWokenAtDeployment() throws InterruptedException {
        Signals signals = api.bean(Signals.class);
        deploy("always", spec("always", "{\"idleTtl\": null}"));
        assertThat(signals.scaling().await(Duration.ofSeconds(1)).all()).isTrue();
    }

    @Test
    void withoutAReusePolicyEveryExecutionGetsAFreshReplica() {
        Answer fresh = deploy("fresh", spec("fresh", "null"));
        assertThat(pool(fresh))
                .containsEntry("single_use", true)
                .containsEntry("replicas_min", 0)
                .containsEntry("replicas_max", 10)
                .containsEntry("concurrency", 1);
    }

    @Test
    void oneSlotInAllIsAcceptedWithoutAWarningBecauseAParentThatWaitsHoldsNoSlot() {
        Answer answer = deploy("lonely", spec("lonely", "{\"replicas\": 1, \"concurrency\": 1}"));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body().get("warnings")).isEqualTo(JSON.readTree("[]"));
    }

    @Test
    void whatASpecLeavesOutIsWhatTheSdkWritesForIt() {
        String declared = JSON.writeValueAsString(ReusePolicy.replicas(2));
        assertThat(deploy("plain", spec("plain", declared)).status()).isEqualTo(201);
        for (String left :
                List.of("{}", "{\"replicas\": 2}", "{\"replicas\": null, \"concurrency\": null, \"recycle\": null}")) {
            assertThat(deploy("plain", spec("plain", left)).status()).as(left).isEqualTo(200);
        }
        assertThat(deploy("plain", spec("plain", "{\"idleTtl\": null}")).status())
                .isEqualTo(201);
    }

    @Test
    void withScopeRunEachRunHasAPoolOfItsOwn() {
        Answer answer = deploy("perrun", spec("perrun", "{\"scope\": \"run\"}"));
        assertThat(answer.body().has("pool")).isFalse();

        TaskTarget target = catalog().resolve("default", "perrun", "noop");
        assertThat(target.poolId()).isNull();
        Pools pools = api.bean(Pools.class);
        long one = pools.poolOfRun(target.versionId(), "r1");
        assertThat(pools.poolOfRun(target.versionId(), "r1")).isEqualTo(one);
        assertThat(pools.poolOfRun(target.versionId(), "r2")).isNotEqualTo(one);
        assertThat(view("perrun").has("pool")).isFalse();
    }

    @Test
    void theCatalogFindsTasksAndChildrenKeepTheirParentsVersion() {
        deploy("parent", spec("parent", "{\"replicas\": 1}"));
        deploy("other", spec("other", "{\"replicas\": 1}"));
        TaskTarget before = catalog().resolve("default", "parent", "fan_out");
        deploy("parent", spec("parent", "{\"replicas\": 1, \"concurrency\": 9}"));
        TaskTarget after = catalog().resolve("default", "parent", "fan_out");

        assertThat(after.versionId()).isNotEqualTo(before.versionId());
        assertThat(catalog().resolveChild(before.versionId(), "", "noop").poolId())
                .isEqualTo(before.poolId());
        assertThat(catalog().resolveChild(before.versionId(), "parent", "noop").versionId())
                .isEqualTo(before.versionId());
        assertThat(catalog().resolveChild(before.versionId(), "other", "noop").environment())
                .isEqualTo("other");
    }

    @Test
    void whatIsUnknownIsNamedTogetherWithWhatThereIs() {
        deploy("known", spec("known", "{}"));
        assertThatThrownBy(() -> catalog().resolve("default", "knwon", "noop"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.status().value()).isEqualTo(404))
                .hasMessageContaining("knwon")
                .hasMessageContaining("known");
        assertThatThrownBy(() -> catalog().resolve("default", "known", "nope"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.status().value()).isEqualTo(400))
                .hasMessageContaining("fan_out, noop");
        Answer missing = api.get("/api/v1/environments/knwon");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.body().get("detail").stringValue()).contains("knwon", "known");
    }

    @Test
    void inputsAreCheckedAgainstWhatTheTaskDeclares() {
        deploy("checked", spec("checked", "{}"));
        TaskTarget target = catalog().resolve("default", "checked", "fan_out");
        catalog().checkInput(target, RawJson.of("{\"n\": 500}"), "input");
        catalog().checkInput(catalog().resolve("default", "checked", "noop"), RawJson.of("null"), "input");

        assertThatThrownBy(() -> catalog().checkInput(target, RawJson.of("{\"n\": \"many\"}"), "input"))
                .isInstanceOf(ProblemException.class)
                .hasMessage("input.n: string found, integer expected");
        assertThatThrownBy(() -> catalog().checkInput(target, RawJson.of("{}"), "input"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.errors().getFirst().field()).isEqualTo("input.n"));
        assertThatThrownBy(() -> catalog().checkInput(target, RawJson.of("null"), "input"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.errors().getFirst().field()).isEqualTo("input"));
    }

    @Test
    void pausedEnvironmentsTakeRunsAndRetiredOnesTakeNone() {
        deploy("halted", spec("halted", "{}"));
        jdbc().sql("UPDATE environment SET state = 'PAUSED' WHERE name = 'halted'")
                .update();
        assertThat(catalog().resolve("default", "halted", "noop").task()).isEqualTo("noop");
        jdbc().sql("UPDATE environment SET state = 'RETIRED' WHERE name = 'halted'")
                .update();
        assertThatThrownBy(() -> catalog().resolve("default", "halted", "noop")).hasMessageContaining("retired");

        assertThat(deploy("halted", spec("halted", "{}")).status()).isEqualTo(201);
        assertThat(catalog().resolve("default", "halted", "noop").task()).isEqualTo("noop");
    }

    @Test
    void listsGoOnWhereThePageBeforeEnded() {
        String bundle = api.bundle("listed");
        for (String project : List.of("p1", "p2", "p3")) {
            api.put("/api/v1/environments/listed?project=" + project, specOf(bundle, "{}"));
        }
        String two = api.bundle("alpha", "beta", "gamma");
        for (String name : List.of("alpha", "beta", "gamma")) {
            api.put("/api/v1/environments/" + name + "?project=paged", specOf(two, "{}"));
        }
        Answer first = api.get("/api/v1/environments?project=paged&limit=2");
        assertThat(names(first)).containsExactly("alpha", "beta");
        Answer rest = api.get("/api/v1/environments?project=paged&limit=2&cursor="
                + first.body().get("nextCursor").stringValue());
        assertThat(names(rest)).containsExactly("gamma");
        assertThat(rest.body().has("nextCursor")).isFalse();
        assertThat(names(api.get("/api/v1/environments?project=p2"))).containsExactly("listed");
    }

    @Test
    void bundlesAreStoredOnceAndHandedOut() {
        byte[] jar = Api.jar("once");
        Answer first = api.upload(jar);
        Answer again = api.upload(jar);
        String sha256 = first.body().get("sha256").stringValue();

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(first.body().get("size").intValue()).isEqualTo(jar.length);
        assertThat(api.get("/api/v1/bundles/" + sha256).body()).isEqualTo(first.body());
        assertThat(api.get("/api/v1/bundles/" + sha256 + "/content").response().body())
                .isEqualTo(jar);
    }

    @Test
    void poolNumbersAreThoseOfItsReplicasAndActions() {
        Answer answer = deploy("counted", spec("counted", "{\"concurrency\": 10, \"idleTtl\": 60}"));
        long pool = Long.parseLong(answer.body().get("pool").stringValue());
        jdbc().sql("UPDATE pool SET state = 'WARM', desired = 2, active_at = '2026-01-01T00:00:00Z' WHERE id = " + pool)
                .update();
        assertThat(view("counted").at("/pool/coldAt").stringValue()).isEqualTo("2026-01-01T00:01:00Z");

        long replica = replica(pool, 1, "READY");
        replica(pool, 2, "STARTING");
        replica(pool, 3, "LOST");
        action(pool, "a0", "RUNNING", replica, true);
        action(pool, "a1", "RUNNING", replica, false);
        action(pool, "a2", "QUEUED", null, false);
        assertThat(view("counted").get("pool")).isEqualTo(JSON.readTree("""
                        {"id": "%d", "state": "WARM", "replicas": 2, "desired": 2, "slots": 10, "busy": 1, "queued": 1}""".formatted(pool)));
    }

    private static long replica(long pool, int ordinal, String phase) {
        return jdbc().sql("""
                        INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at)
                        VALUES (?, 'v', ?, ?, 10, '', now()) RETURNING id""").params(pool, ordinal, phase).query(Long.class).single();
    }

    private static void action(long pool, String name, String phase, @Nullable Long replica, boolean parked) {
        jdbc().sql("""
                        INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at,
                            available_at, replica_id, parked, input_type)
                        VALUES ('r', :name, 'counted', 1, 'noop', :pool, :phase, now(), now(), :replica::bigint, :parked,
                            'application/json')""")
                .param("name", name)
                .param("pool", pool)
                .param("phase", phase)
                .param("replica", replica)
                .param("parked", parked)
                .update();
    }

    private static List<String> names(Answer page) {
        return page.body()
                .get("items")
                .valueStream()
                .map(item -> item.get("name").stringValue())
                .toList();
    }

    private static String spec(String environment, String reuse) {
        return specOf(api.bundle(environment), reuse);
    }

    private static String specOf(String bundle, String reuse) {
        return """
                {"image": "process:java", "bundle": "%s", "resources": {"cpu": "1", "memory": "1Gi"},
                 "env": {"KEY": "value"}, "reuse": %s}""".formatted(bundle, reuse);
    }

    private static Answer deploy(String name, String spec) {
        return api.put("/api/v1/environments/" + name, spec);
    }

    private static JsonNode view(String name) {
        return api.get("/api/v1/environments/" + name).body();
    }

    private static Map<String, @Nullable Object> pool(Answer deployment) {
        return jdbc().sql("SELECT * FROM pool WHERE id = "
                        + deployment.body().get("pool").stringValue())
                .query()
                .singleRow();
    }

    private static EnvironmentCatalog catalog() {
        return api.bean(EnvironmentCatalog.class);
    }

    private static JdbcClient jdbc() {
        return api.bean(JdbcClient.class);
    }
}
