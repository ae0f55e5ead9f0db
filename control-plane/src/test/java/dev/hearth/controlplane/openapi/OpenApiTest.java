package dev.hearth.controlplane.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.environment.Api;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OpenApiTest {

    @Test
    void theDocumentSaysWhatTheTypesDoNot() {
        try (Api api = Api.start()) {
            JsonNode document = api.get("/openapi").body();
            JsonNode deploy =
                    document.get("paths").get("/api/v1/environments/{name}").get("put");
            assertThat(deploy.get("operationId").stringValue()).isEqualTo("deployEnvironment");
            assertThat(deploy.at("/responses/default/content/application~1problem+json/schema/$ref")
                            .stringValue())
                    .isEqualTo("#/components/schemas/Problem");
            assertThat(document.at("/components/schemas/Problem/properties/errors/items/$ref")
                            .stringValue())
                    .isEqualTo("#/components/schemas/Violation");
            assertThat(document.at("/components/schemas/Violation/properties/field")
                            .isMissingNode())
                    .isFalse();
            JsonNode policy = document.at("/components/schemas/ReusePolicy/properties");
            assertThat(policy.at("/replicas/oneOf")).isEqualTo(new JsonMapper().readTree("""
                            [{"type": "integer"},
                             {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2,
                              "description": "[min, max]"}]"""));
            assertThat(policy.at("/idleTtl/type").valueStream().map(JsonNode::stringValue))
                    .containsExactlyInAnyOrder("string", "number", "null");
        }
    }
}
