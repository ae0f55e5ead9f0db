package dev.hearth.controlplane.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.controlplane.environment.Api;
import dev.hearth.controlplane.environment.Api.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.env.MockEnvironment;

class TokenTest {
    private static final String ENVIRONMENTS = "/api/v1/environments";

    @Test
    void withATokenOnlyThoseWhoShowItGetIn() {
        try (Api api = Api.start("--hearth.security.token=s3cret")) {
            Answer anonymous = api.get(ENVIRONMENTS);
            assertThat(anonymous.status()).isEqualTo(401);
            assertThat(anonymous.body().get("detail").stringValue()).contains("Authorization: Bearer");
            assertThat(anonymous.response().headers().allValues("WWW-Authenticate"))
                    .anyMatch(value -> value.startsWith("Bearer"))
                    .anyMatch(value -> value.startsWith("Basic"));
            assertThat(api.get(ENVIRONMENTS, "Authorization", "Bearer wrong").status())
                    .isEqualTo(401);
            assertThat(api.get(ENVIRONMENTS, "Authorization", "Bearer s3cret").status())
                    .isEqualTo(200);
            assertThat(api.get(ENVIRONMENTS, "Authorization", basic("me:s3cret"))
                            .status())
                    .isEqualTo(200);
            assertThat(api.get(ENVIRONMENTS, "Authorization", basic("s3cret")).status())
                    .isEqualTo(401);
            assertThat(api.get("/openapi").status()).isEqualTo(401);
            assertThat(api.get("/actuator/prometheus").status()).isEqualTo(401);
        }
    }

    @Test
    void probesNeedNoTokenAndTellNothingButTheirStatus() {
        try (Api api = Api.start("--hearth.security.token=s3cret")) {
            for (String probe : List.of("/actuator/health/liveness", "/actuator/health/readiness")) {
                Answer answer = api.get(probe);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(new String(answer.response().body(), StandardCharsets.UTF_8))
                        .isEqualTo("{\"status\":\"UP\"}");
                assertThat(api.call("HEAD", probe, BodyPublishers.noBody()).status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void nothingBesideTheProbesIsOpen() {
        try (Api api = Api.start("--hearth.security.token=s3cret")) {
            assertThat(List.of(
                            "/",
                            "/actuator",
                            "/actuator/health",
                            "/actuator/health/db",
                            "/actuator/health/liveness/",
                            "/actuator/health/liveness/x",
                            "/actuator/health/liveness/../db",
                            "/actuator/health/liveness/%2e%2e/db",
                            "/actuator/health/liveness;/../../info",
                            "/actuator/info",
                            "/actuator/metrics"))
                    .allSatisfy(path -> assertThat(api.get(path).status()).isEqualTo(401));
        }
    }

    @Test
    void aLiveReplicaFetchesItsCodeWithItsJoinToken() {
        try (Api api = Api.start("--hearth.security.token=s3cret")) {
            String sha256 = api.call(
                            "POST",
                            "/api/v1/bundles",
                            BodyPublishers.ofByteArray(Api.jar("e")),
                            "Content-Type",
                            "application/java-archive",
                            "Authorization",
                            "Bearer s3cret")
                    .body()
                    .get("sha256")
                    .stringValue();
            String content = "/api/v1/bundles/" + sha256 + "/content";
            JdbcClient jdbc = insertReplica(api);

            assertThat(api.get(content, "X-Hearth-Replica", "1:join").status()).isEqualTo(200);
            assertThat(api.get(content, "X-Hearth-Replica", "1:wrong").status()).isEqualTo(401);
            assertThat(api.get(content, "X-Hearth-Replica", "nonsense").status())
                    .isEqualTo(401);
            assertThat(api.get(ENVIRONMENTS, "X-Hearth-Replica", "1:join").status())
                    .isEqualTo(401);
            jdbc.sql("UPDATE replica SET phase = 'STOPPED'").update();
            assertThat(api.get(content, "X-Hearth-Replica", "1:join").status()).isEqualTo(401);
        }
    }

    @Test
    void theFlyteSdkShowsItsTokenInTheAddress() {
        try (Api api = Api.start("--hearth.security.token=s3cret +")) {
            assertThat(isLetIn(api, "/flyte/as/s3cret%20%2B")).isTrue();
            assertThat(isLetIn(api, "/flyte/as/s3cret")).isFalse();
            assertThat(isLetIn(api, "/flyte/as/")).isFalse();
            assertThat(isLetIn(api, "")).isFalse();
            for (String path : List.of(
                    "/flyte/as/s3cret%20%2B" + ENVIRONMENTS,
                    "/flyte/as/s3cret%20%2B/flyteidl2.x/../.." + ENVIRONMENTS,
                    "/flyte/as/s3cret%20%2B/flyteidl2.x/%2e%2e/.." + ENVIRONMENTS)) {
                assertThat(api.get(path).status()).isIn(400, 401);
            }
        }
    }

    @Test
    void aLiveReplicaCallsTheFlyteDoorAndNothingElse() {
        try (Api api = Api.start("--hearth.security.token=s3cret")) {
            insertReplica(api);
            assertThat(isLetIn(api, "/flyte/as/1:join")).isTrue();
            assertThat(isLetIn(api, "/flyte/as/1%3Ajoin")).isTrue();
            assertThat(isLetIn(api, "/flyte/as/1:wrong")).isFalse();
            assertThat(api.get(ENVIRONMENTS, "Authorization", "Bearer 1:join").status())
                    .isEqualTo(401);
            assertThat(api.get("/flyteidl2.x/..;" + ENVIRONMENTS, "Authorization", "Bearer 1:join")
                            .status())
                    .isEqualTo(401);
            api.bean(JdbcClient.class)
                    .sql("UPDATE replica SET phase = 'STOPPED'")
                    .update();
            assertThat(isLetIn(api, "/flyte/as/1:join")).isFalse();
        }
    }

    @Test
    void withoutATokenTheKeyInTheAddressIsNotLookedAt() {
        try (Api api = Api.start()) {
            assertThat(isLetIn(api, "/flyte/as/whatever")).isTrue();
        }
    }

    /** The door itself is not there in this test: who is let in finds nothing. */
    private static boolean isLetIn(Api api, String key) {
        int status = api.call(
                        "POST",
                        key + "/flyteidl2.workflow.RunService/ListRuns",
                        BodyPublishers.ofString("{}"),
                        "Content-Type",
                        "application/json")
                .status();
        assertThat(status).isIn(401, 404);
        return status == 404;
    }

    private static JdbcClient insertReplica(Api api) {
        JdbcClient jdbc = api.bean(JdbcClient.class);
        jdbc.sql("""
                INSERT INTO environment (project, name, state, created_at) VALUES ('p', 'e', 'ACTIVE', now());
                INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use,
                    concurrency, replicas_min, replicas_max, scaledown_ttl_ms, created_at)
                VALUES ('i', 1, 'e', 'process:java', '{}', '{}', false, 1, 0, 1, 1000, now());
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at)
                VALUES (1, 'v', 1, 'STARTING', 1, encode(sha256('join'), 'hex'), now())""").update();
        return jdbc;
    }

    @Test
    void withoutATokenWhoeverShowsOneIsToldSo() {
        try (Api api = Api.start()) {
            assertThat(api.get(ENVIRONMENTS).status()).isEqualTo(200);
            Answer answer = api.get(ENVIRONMENTS, "Authorization", "Bearer anything");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body().get("detail").stringValue()).contains("no token configured");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", ""})
    void anOpenServerWithoutATokenIsRefused(String address) {
        MockEnvironment environment = new MockEnvironment().withProperty("server.address", address);
        assertThatThrownBy(() -> OpenServerRefusal.check(environment)).isInstanceOf(OpenServerException.class);
        environment.setProperty("hearth.security.token", "s3cret");
        assertThatCode(() -> OpenServerRefusal.check(environment)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
    void onLoopbackNoTokenIsNeeded(String address) {
        MockEnvironment environment = new MockEnvironment().withProperty("server.address", address);
        assertThatCode(() -> OpenServerRefusal.check(environment)).doesNotThrowAnyException();
    }

    @Test
    void theServerDoesNotStartOpenWithoutAToken() {
        assertThatThrownBy(() -> Api.start("--server.address=0.0.0.0")).isInstanceOf(OpenServerException.class);
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }
}
