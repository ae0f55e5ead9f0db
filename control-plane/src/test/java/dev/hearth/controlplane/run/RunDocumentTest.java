package dev.hearth.controlplane.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RunDocumentTest {

    @Test
    void theDocumentSaysHowRunsAreStarted(@TempDir Path home) throws Exception {
        try (RunApi api = RunApi.start(home)) {
            JsonNode document = api.get("/openapi").body();
            JsonNode start = document.at("/paths/~1api~1v1~1runs/post");
            assertThat(start.get("responses").propertyNames()).contains("200", "201", "default");
            assertThat(start.at("/responses/201/content").toString())
                    .contains("#/components/schemas/SubmittedRun", "#/components/schemas/RunView");
            assertThat(document.at("/paths/~1api~1v1~1runs:batch/post/summary").stringValue())
                    .contains("10,000 inputs");

            JsonNode schemas = document.at("/components/schemas");
            assertThat(schemas.at("/RunRequest/required").valueStream().map(JsonNode::stringValue))
                    .containsExactly("environment", "task");
            assertThat(schemas.at("/BatchRequest/required").valueStream().map(JsonNode::stringValue))
                    .containsExactlyInAnyOrder("environment", "task", "inputs");
            assertThat(schemas.at("/BatchRequest/properties/inputs/maxItems").intValue())
                    .isEqualTo(BatchRequest.MOST);
            for (String body : new String[] {"RunRequest", "BatchRequest"}) {
                assertThat(schemas.at("/" + body + "/properties/overrides/$ref").stringValue())
                        .isEqualTo("#/components/schemas/Overrides");
            }
            assertThat(schemas.at("/Overrides/properties/timeout/type")).hasSize(2);
            assertThat(schemas.at("/Overrides/properties/resources/$ref").stringValue())
                    .isEqualTo("#/components/schemas/Resources");
            assertThat(schemas.at("/Resources/properties/memory/description").stringValue())
                    .contains("1Gi if absent", "as the environment has it");
            assertThat(schemas.has("SseEmitter")).isFalse();
            assertThat(document.at(
                                    "/paths/~1api~1v1~1runs~1{run}~1events/get/responses/200/content/text~1event-stream/schema/type")
                            .stringValue())
                    .isEqualTo("string");
            assertThat(document.at("/paths/~1api~1v1~1runs/get/parameters").toString())
                    .contains("\"maximum\":500", "\"name\":\"since\"", "\"name\":\"q\"", "TIMED_OUT");
            for (String any : new String[] {"/RunRequest/properties/input", "/RunView/properties/output"}) {
                assertThat(schemas.at(any).isObject()).isTrue();
                assertThat(schemas.at(any).has("type")).as(any).isFalse();
            }
        }
    }
}
