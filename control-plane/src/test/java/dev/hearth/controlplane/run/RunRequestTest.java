package dev.hearth.controlplane.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.run.RunApi.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
