package dev.hearth.controlplane.openapi;

import dev.hearth.api.Problem;
import dev.hearth.api.RawJson;
import dev.hearth.controlplane.problem.PageQuery;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** Adds to the generated document what the Java types do not say: problems, and fields with more than one form. */
@Configuration(proxyBeanMethods = false)
class OpenApiDocument {
    private static final String PROBLEM = "Problem";
    private static final String STREAM = "SseEmitter";
    private static final String ANY = "Any JSON value";

    @Bean
    OpenApiCustomizer truth() {
        SpringDocUtils.getConfig()
                .replaceWithSchema(JsonNode.class, new JsonSchema().description(ANY))
                .replaceWithSchema(RawJson.class, new JsonSchema().description(ANY));
        return document -> {
            document.info(new Info()
                    .title("Hearth")
                    .version("v1")
                    .description("Warm, reusable replicas for tasks. Times are ISO-8601 UTC; durations are answered as"
                            + " ISO-8601. Absent means null."));
            document.getPaths().values().stream()
                    .flatMap(path -> path.readOperations().stream())
                    .forEach(operation -> {
                        addProblem(operation);
                        describePages(operation);
                        describeStreams(operation);
                    });
            ModelConverters.getInstance(true).readAll(Problem.class).forEach(document.getComponents()::addSchemas);
            SpecSchemas.describe(document.getComponents());
            document.getComponents().getSchemas().remove(STREAM);
            document.getComponents().getSchemas().values().forEach(OpenApiDocument::freeAny);
        };
    }

    private static void addProblem(Operation operation) {
        Content content = new Content()
                .addMediaType(
                        "application/problem+json",
                        new MediaType().schema(new Schema<>().$ref("#/components/schemas/" + PROBLEM)));
        operation
                .getResponses()
                .addApiResponse(
                        "default",
                        new ApiResponse()
                                .description("What was wrong (RFC 9457)")
                                .content(content));
    }

    /** A stream is text, whatever the class behind it is called. */
    private static void describeStreams(Operation operation) {
        operation.getResponses().values().stream()
                .filter(response -> response.getContent() != null)
                .flatMap(response -> response.getContent().values().stream())
                .filter(content -> content.getSchema() != null
                        && String.valueOf(content.getSchema().get$ref()).endsWith("/" + STREAM))
                .forEach(content -> content.setSchema(SpecSchemas.typed("string")));
    }

    /** Limits are read as texts, so that whatever is wrong with one is told by its range. */
    private static void describePages(Operation operation) {
        List<Parameter> parameters = Objects.requireNonNullElse(operation.getParameters(), List.of());
        for (Parameter parameter : parameters) {
            if ("limit".equals(parameter.getName())) {
                parameter
                        .description("Most items of the page")
                        .schema(SpecSchemas.typed("integer")
                                .minimum(BigDecimal.ONE)
                                .maximum(BigDecimal.valueOf(PageQuery.MOST))
                                ._default(PageQuery.DEFAULT_LIMIT));
            }
            if ("cursor".equals(parameter.getName())) {
                parameter.description("nextCursor of the page before, with the same filters; absent = the first page");
            }
        }
    }

    /** A schema without a type comes out of the generator as that of an object. */
    private static void freeAny(Schema<?> schema) {
        if (String.valueOf(schema.getDescription()).startsWith(ANY)) {
            schema.setType(null);
            schema.setTypes(null);
        }
        if (schema.getItems() != null) {
            freeAny(schema.getItems());
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(OpenApiDocument::freeAny);
        }
    }
}
