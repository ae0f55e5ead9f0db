package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bad input is answered with a problem that teaches, and leaves nothing behind. */
@Tag("beside-others")
class BadInputIT {
    private static final String TOKEN = "the-right-token";
    private static final String ENVIRONMENT = "/api/v1/environments/counter";
    private static final String RUNS = "/api/v1/runs";

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static String bundle;

    @BeforeAll
    static void start() {
        server = new LiveServer(folder.resolve("home"))
                .with("HEARTH_TOKEN", TOKEN)
                .authorized(TOKEN);
        server.start();
        server.deployExample("reuse_concurrency", Map.of("replicas", 1));
        bundle = server.uploadExamples();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Each line: how the deployment differs from a good one, and the field that the answer must name. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "reuse": {"replicas": -1}                         | reuse.replicas
            "reuse": {"replicas": 0}                          | reuse.replicas
            "reuse": {"replicas": [3, 2]}                     | reuse.replicas
            "reuse": {"replicas": [-1, 2]}                    | reuse.replicas
            "reuse": {"replicas": [1, 2, 3]}                  | reuse.replicas
            "reuse": {"replicas": "two"}                      | reuse.replicas
            "reuse": {"replicas": 1.5}                        | reuse.replicas
            "reuse": {"concurrency": 0}                       | reuse.concurrency
            "reuse": {"concurrency": "many"}                  | reuse.concurrency
            "reuse": {"scaledownTtl": 0}                      | reuse.scaledownTtl
            "reuse": {"scaledownTtl": "PT0.2S"}               | reuse.scaledownTtl
            "reuse": {"scaledownTtl": "soon"}                 | reuse.scaledownTtl
            "reuse": {"scaledownTtl": null}                   | reuse.scaledownTtl
            "reuse": {"idleTtl": -5}                          | reuse.idleTtl
            "reuse": {"idleTtl": "PT1Y"}                      | reuse.idleTtl
            "reuse": {"scope": "galaxy"}                      | reuse.scope
            "reuse": {"idle_ttl": 60}                         | reuse.idle_ttl
            "reuse": [1, 2]                                   | reuse
            "reuse": {"recycle": {"afterExecutions": 0}}      | reuse.recycle.afterExecutions
            "reuse": {"recycle": {"afterAge": "soon"}}        | reuse.recycle.afterAge
            "reuse": {"recycle": {"aboveHeap": "1Ki"}}        | reuse.recycle.aboveHeap
            "reuse": {"recycle": {"aboveRss": "lots"}}        | reuse.recycle.aboveRss
            "reuse": {"recycle": {"after": 5}}                | reuse.recycle.after
            "resources": {"cpu": "fast", "memory": "1Gi"}     | resources.cpu
            "resources": {"cpu": "1", "memory": "much"}       | resources.memory
            "resources": {"cpu": "1", "memory": "1"}          | resources.memory
            "resources": {"cpu": "1", "memory": "1Gi", "gpu": -1} | resources.gpu
            "image": "docker:nothing"                         | image
            "image": 7                                        | image
            "bundle": "abc"                                   | bundle
            "bundle": "0000000000000000000000000000000000000000000000000000000000000000" | bundle
            "env": {"1BAD NAME": "x"}                         | env.1BAD NAME
            "env": {"GOOD": {"a": 1}}                         | env.GOOD
            "replicas": 3                                     | replicas
            """)
    void aBadDeploymentNamesItsFieldAndStoresNothing(String difference, String field) {
        String fieldName = difference.substring(1, difference.indexOf('"', 1));
        StringBuilder body = new StringBuilder("{");
        if (!fieldName.equals("image")) {
            body.append("\"image\": \"process:java\", ");
        }
        if (!fieldName.equals("bundle")) {
            body.append("\"bundle\": \"").append(bundle).append("\", ");
        }
        body.append(difference).append('}');

        HttpResponse<String> response = server.exchange("PUT", ENVIRONMENT, body.toString(), null);

        JsonNode problem = problem(response);
        assertThat(problem.get("errors")
                        .valueStream()
                        .map(error -> error.get("field").asString()))
                .as(response.body())
                .contains(field);
        problem.get("errors")
                .forEach(error -> assertThat(error.get("message").asString()).isNotBlank());
        assertThat(server.exchange("GET", ENVIRONMENT, null, null).statusCode())
                .as("nothing was stored")
                .isEqualTo(404);
    }

    /** Each line: method, path, body, expected status, and a word that the answer must hold. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            POST | /api/v1/runs | {"environment": "nowhere", "task": "noop"}                            | 404 | nowhere
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "nothing"}               | 4xx | nothing
            POST | /api/v1/runs | {"task": "noop"}                                                      | 400 | environment
            POST | /api/v1/runs | {"environment": "reuse_concurrency"}                                  | 400 | task
            POST | /api/v1/runs | {"environment": 7, "task": {"a": 1}}                                  | 400 | task
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": "one"}} | 4xx | x
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {}}     | 4xx | x
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1, "y": 2}} | 4xx | y
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": [1]}    | 4xx | input
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop"}                  | 4xx | input
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "idempotencyKey": ""} | 400 | idempotencyKey
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "prio": 3} | 400 | prio
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "no\\u0000op", "input": {"x": 1}} | 4xx | task
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task":                          | 400 | JSON
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "overrides": {"resources": {"cpu": "2"}}} | 400 | overrides.resources
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "overrides": {"reusable": "on"}} | 400 | overrides.reusable
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "overrides": {"reusable": "off", "resources": {"memory": "1"}}} | 400 | overrides.resources.memory
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "overrides": {"image": "x"}} | 400 | overrides.image
            POST | /api/v1/runs | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}, "overrides": 7} | 400 | overrides
            POST | /api/v1/environments/nowhere/warm | {} | 404 | nowhere
            POST | /api/v1/environments/nowhere/what-if | {} | 404 | nowhere
            POST | /api/v1/environments/reuse_concurrency/what-if | {"since": "1h"} | 409 | nothing to simulate
            POST | /api/v1/environments/reuse_concurrency/what-if | {"since": "ages"} | 400 | since
            POST | /api/v1/environments/reuse_concurrency/what-if | {"since": "800h"} | 400 | since
            POST | /api/v1/environments/reuse_concurrency/what-if | {"policies": {}} | 400 | policies
            POST | /api/v1/environments/reuse_concurrency/what-if | {"policies": [{"replicas": -1}]} | 400 | policies[0].replicas
            POST | /api/v1/environments/reuse_concurrency/what-if | {"policy": 1} | 400 | policy
            POST | /api/v1/environments/reuse_concurrency/decisions/replay | {"reuse": {"replicas": 0}} | 400 | reuse.replicas
            GET | /api/v1/runs/none/actions/a0/waiting | | 404 | none
            POST | /api/v1/environments/reuse_concurrency/boil | {} | 4xx | boil
            POST | /api/v1/replicas/one/drain | {} | 404 | one
            POST | /api/v1/runs | []                                                                    | 400 | object
            POST | /api/v1/runs | not json                                                              | 400 | JSON
            POST | /api/v1/runs?wait=forever | {"environment": "reuse_concurrency", "task": "noop", "input": {"x": 1}} | 400 | wait
            POST | /api/v1/runs:batch | {"environment": "reuse_concurrency", "task": "noop", "inputs": []} | 400 | inputs
            POST | /api/v1/runs:batch | {"environment": "reuse_concurrency", "task": "noop", "inputs": [{"x": 1}, {"x": "a"}]} | 4xx | x
            GET  | /api/v1/runs?cursor=broken    |  | 400 | cursor
            GET  | /api/v1/runs?limit=0          |  | 400 | limit
            GET  | /api/v1/runs?limit=many       |  | 400 | limit
            GET  | /api/v1/runs?phase=HAPPY      |  | 400 | phase
            GET  | /api/v1/runs/nosuchrun        |  | 404 | nosuchrun
            GET  | /api/v1/runs/no%00such        |  | 4xx | no
            GET  | /api/v1/runs/nosuchrun/actions/a0/logs |  | 404 | nosuchrun
            GET  | /api/v1/environments/nosuch   |  | 404 | nosuch
            GET  | /api/v1/environments/nosuch/replicas |  | 404 | nosuch
            POST | /api/v1/runs/nosuchrun/cancel |  | 404 | nosuchrun
            DELETE | /api/v1/runs                |  | 405 | DELETE
            GET  | /api/v1/nothing/here          |  | 404 | nothing
            PUT  | /api/v1/environments/1bad%20name | {"image": "process:java"} | 400 | name
            """)
    void aBadRequestIsAnsweredWithAProblem(String method, String path, String body, String status, String word) {
        long runsBefore = runs();

        HttpResponse<String> response = server.exchange(method, path, body, null);

        problem(response);
        if (!status.equals("4xx")) {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(Integer.parseInt(status));
        }
        assertThat(response.body()).contains(word);
        assertThat(runs()).as("nothing was stored").isEqualTo(runsBefore);
    }

    @Test
    void aHugeBodyIsRefused() {
        String body = "{\"environment\": \"reuse_concurrency\", \"task\": \"noop\", \"input\": \""
                + "x".repeat(40 << 20) + "\"}";
        HttpResponse<String> response = server.exchange("POST", RUNS, body, null);
        problem(response);
        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void aBundleThatIsNoJarIsRefused() {
        HttpResponse<String> response = server.exchange(
                "POST",
                "/api/v1/bundles",
                "this is not a jar".getBytes(),
                Map.of("Content-Type", "application/java-archive"));
        assertThat(problem(response).toString()).contains("jar");
    }

    @Test
    void aWrongContentTypeIsRefused() {
        HttpResponse<String> response =
                server.exchange("POST", RUNS, "<run/>", Map.of("Content-Type", "application/xml"));
        problem(response);
        assertThat(response.statusCode()).isEqualTo(415);
    }

    @Test
    void aBrokenTokenIsRefused() {
        for (String header : new String[] {"Bearer wrong", "Bearer ", "Bearer", "Token " + TOKEN, "%%%"}) {
            HttpResponse<String> response = server.exchange("GET", RUNS, null, Map.of("Authorization", header));
            problem(response);
            assertThat(response.statusCode()).as(header).isEqualTo(401);
        }
    }

    private static long runs() {
        return server.get(RUNS + "?limit=500").get("items").size();
    }

    private static JsonNode problem(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = new JsonMapper().readTree(response.body());
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank();
        assertThat(problem.get("status").asInt()).isEqualTo(response.statusCode());
        return problem;
    }
}
