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
    void aKnownKeyAnswersItsRunWhateverTheInput() {
        Answer first = keyed("again", "ship", 1);
        Answer second = keyed("again", "ship", 2);
        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body().get("name")).isEqualTo(first.body().get("name"));
    }

    @Test
    void aKeyOfAnotherTaskIsRefusedAndSaysWhoseItIs() {
        String holder = keyed("taken", "ship", 1).body().get("name").stringValue();
        Answer refused = keyed("taken", "bill", 1);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().at("/errors/0/field").stringValue()).isEqualTo("idempotencyKey");
        assertThat(refused.body().get("detail").stringValue()).contains(holder, "task ship", "environment shop");
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
}
