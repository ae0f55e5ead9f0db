package dev.hearth.controlplane.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.run.RunApi.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of requests that start runs. */
class RunRequestTest {
    private static RunApi api;

    @BeforeAll
    static void start(@TempDir Path home) {
        api = RunApi.start(home);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aFaultyInputOfABatchIsNamedByItsIndex() {
        Answer answer = api.post("/api/v1/runs:batch", """
                {"environment": "shop", "task": "ship", "inputs": [{"id": 1}, {"id": 2}, {}]}""");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().at("/errors/0/field").stringValue()).isEqualTo("inputs[2].id");
    }

    @Test
    void aKnownKeyAnswersItsRunHoweverTheSameIsWritten() {
        Answer first = post("""
                {"environment": "shop", "task": "ship", "input": {"id": 1, "to": ["a", {"b": 1.50}]}, "idempotencyKey": "again"}""");
        assertThat(first.status()).isEqualTo(201);
        for (String body : List.of("""
                {"environment": "shop", "task": "ship", "input": {"to":["a",{"b":1.50}],"id":1}, "idempotencyKey": "again"}""", """
                {"idempotencyKey": "again", "overrides": {}, "environment": "shop", "task": "ship",
                 "input": {"\\u0069d": 1, "to": ["\\u0061", {"b": 1.50}]}}""")) {
            Answer again = post(body);
            assertThat(again.status()).isEqualTo(200);
            assertThat(again.body().get("name")).isEqualTo(first.body().get("name"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"input\": {\"id\": 2} | another input",
                "\"input\": {\"id\": 1, \"x\": null} | another input",
                "\"input\": {\"id\": 1}, \"overrides\": {\"priority\": 3} | another overrides",
                "\"input\": {\"id\": 7}, \"overrides\": {\"priority\": 3} | another input and another overrides",
            })
    void aKnownKeyForSomethingElseIsRefusedAndSaysWhatDiffers(String asked, String difference) {
        String holder = keyed("held", "ship", 1).body().get("name").stringValue();
        Answer refused =
                post("{\"environment\": \"shop\", \"task\": \"ship\", \"idempotencyKey\": \"held\", " + asked + "}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().get("detail").stringValue()).contains(holder, difference + ". A key");
    }

    /** Transactions compare in SQL. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "{}",
                "-0",
                "1.50e1",
                "[1E2, 1e-3, -0.0, 12345678901234567890.10, true]",
                "{\"bb\": 1, \"a\": {\"\": [ ]}, \"\u00e9\": 2, \"ab\": \"\\u0001\\n\\/\\\"\\u20ac\uD83D\uDE00\u007f\"}"
            })
    void oneFormIsComparedOverRestAndInTransactions(String json) {
        assertThat(api.sql()
                        .sql("SELECT hearth_asked(?)")
                        .param(json)
                        .query(byte[].class)
                        .single())
                .as(WrittenForm.of(json))
                .isEqualTo(WrittenForm.sha256(json));
    }

    @Test
    void theHeaderIsTheKeyOfTheBody() {
        String body = """
                {"environment": "shop", "task": "ship", "input": {"id": 1}}""";
        Answer first = post(body, "Idempotency-Key", "in the header");
        assertThat(first.status()).isEqualTo(201);
        assertThat(post(body, "Idempotency-Key", "in the header").status()).isEqualTo(200);
        Answer both = post(
                body.replace("}}", "}, \"idempotencyKey\": \"in the header\"}"), "Idempotency-Key", "in the header");
        assertThat(both.status()).isEqualTo(200);
        assertThat(both.body().get("name")).isEqualTo(first.body().get("name"));
        assertThat(keyed("in the header", "ship", 1).body().get("name"))
                .isEqualTo(first.body().get("name"));
        for (String key : List.of("x".repeat(201), "")) {
            assertThat(post(body, "Idempotency-Key", key).status()).as(key).isEqualTo(400);
        }
        assertThat(post(body, "Idempotency-Key", "a", "Idempotency-Key", "b").status())
                .isEqualTo(400);
        assertThat(post(body.replace("}}", "}, \"idempotencyKey\": \"a\"}"), "Idempotency-Key", "b")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aBatchThatIsSentAgainStartsOnlyWhatItHadNot() {
        Answer first = batch("\"a1\", \"a2\"", "{\"id\": 1}, {\"id\": 2}");
        assertThat(first.status()).isEqualTo(201);
        Answer again = batch("\"a1\", \"a2\"", "{\"id\": 1}, {\"id\": 2}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        Answer more = batch("\"a3\", \"a2\"", "{\"id\": 3}, {\"id\": 2}");
        assertThat(more.status()).isEqualTo(201);
        assertThat(more.body().at("/names/1")).isEqualTo(first.body().at("/names/1"));
        assertThat(keyed("a3", "ship", 3).body().get("name"))
                .isEqualTo(more.body().at("/names/0"));

        Answer refused = batch("\"a4\", \"a2\"", "{\"id\": 4}, {\"id\": 5}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().at("/errors/0/field").stringValue()).isEqualTo("idempotencyKeys[1]");
        assertThat(keyed("a4", "ship", 4).status()).as("nothing was half-done").isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"k\"", "", "\"k\", \"k\"", "\"k\", null", "\"k\", \"\"", "\"k\", \"l\", \"m\""})
    void aBatchHasOneKeyForEachInputAndEachOnce(String keys) {
        Answer answer = batch(keys, "{\"id\": 1}, {\"id\": 2}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().at("/errors/0/field").stringValue()).startsWith("idempotencyKeys");
    }

    @Test
    void aKeyOfAnotherTaskIsRefusedAndSaysWhoseItIs() {
        String holder = keyed("taken", "ship", 1).body().get("name").stringValue();
        Answer refused = keyed("taken", "bill", 1);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().at("/errors/0/field").stringValue()).isEqualTo("idempotencyKey");
        assertThat(refused.body().get("detail").stringValue()).contains(holder, "another task (ship)");
    }

    @Test
    void ofTwoTasksThatWantAKeyAtOnceOneIsRefused() throws Exception {
        for (int round = 0; round < 20; round++) {
            String key = "race " + round;
            CompletableFuture<Answer> ship = CompletableFuture.supplyAsync(() -> keyed(key, "ship", 1));
            Answer bill = keyed(key, "bill", 1);
            assertThat(List.of(ship.get().status(), bill.status())).containsExactlyInAnyOrder(201, 409);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
                {"environment": "shop", "task": "bill", "task": "ship", "input": {"id": 1}}""", """
                {"environment": "shop", "task": "ship", "input": {"id": 1}, "input": {"id": 2}}""", """
                {"environment": "shop", "task": "ship", "input": {"id": 1, "id": 2}}"""})
    void aFieldThatStandsThereTwiceIsRefused(String body) {
        Answer answer = api.post("/api/v1/runs", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().get("detail").stringValue()).contains("Duplicate");
    }

    private static Answer keyed(String key, String task, int id) {
        return api.post("/api/v1/runs", """
                {"environment": "shop", "task": "%s", "input": {"id": %d}, "idempotencyKey": "%s"}""".formatted(task, id, key));
    }

    private static Answer batch(String keys, String inputs) {
        return api.post("/api/v1/runs:batch", """
                {"environment": "shop", "task": "ship", "inputs": [%s], "idempotencyKeys": [%s]}""".formatted(inputs, keys));
    }

    private static Answer post(String body, String... headers) {
        return api.post("/api/v1/runs", body, headers);
    }
}
