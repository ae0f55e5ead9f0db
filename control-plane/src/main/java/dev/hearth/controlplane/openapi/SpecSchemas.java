package dev.hearth.controlplane.openapi;

import static java.util.Objects.requireNonNull;

import dev.hearth.api.Overrides;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What people write: specs, policies, what a call overrides. Says which forms a field may have and what it means if it is left out. */
final class SpecSchemas {
    private static final String OVERRIDES = "Overrides";

    private SpecSchemas() {}

    static void describe(Components components) {
        ModelConverters.getInstance(true).readAll(Overrides.class).forEach((name, schema) -> {
            if (!components.getSchemas().containsKey(name)) {
                components.addSchemas(name, schema);
            }
        });
        Map<String, Schema> schemas = components.getSchemas();
        describeResources(requireNonNull(schemas.get("Resources")));
        describeOverrides(requireNonNull(schemas.get(OVERRIDES)));
        Schema<?> spec = schemas.get("EnvironmentSpec");
        Schema<?> policy = schemas.get("ReusePolicy");
        if (spec != null && policy != null) {
            spec.setRequired(List.of("image"));
            property(spec, "env", "Environment variables of each replica; none if absent");
            Schema<?> start = duration(
                    "How long a replica may take to come up, 1 s to 1 day: ISO-8601, or seconds as a number; as the"
                            + " server has it (60 s) if absent or null");
            start.setTypes(Set.of("string", "number", "null"));
            spec.addProperty("startTimeout", start);
            describePolicy(policy);
            describeRecycle(requireNonNull(schemas.get("Recycle")));
        }
        Schema<?> request = schemas.get("RunRequest");
        if (request != null) {
            request.setRequired(List.of("environment", "task"));
            property(request, "input", "Any JSON value; null if absent");
        }
        for (String body : List.of("RunRequest", "BatchRequest")) {
            Schema<?> caller = schemas.get(body);
            if (caller != null) {
                caller.addProperty("overrides", new Schema<>().$ref("#/components/schemas/" + OVERRIDES));
            }
        }
    }

    private static void describePolicy(Schema<?> policy) {
        Schema<?> count = typed("integer");
        Schema<?> bounds = typed("array").items(count).minItems(2).maxItems(2).description("[min, max]");
        policy.addProperty(
                "replicas",
                new JsonSchema().oneOf(List.of(count, bounds)).description("Fixed or [min, max]; 2 if absent"));
        property(policy, "concurrency", "Executions at a time in one replica; 1 if absent");
        policy.addProperty("scaledownTtl", duration("ISO-8601, or seconds as a number; 30 s if absent"));
        Schema<?> idleTtl = duration("ISO-8601, or seconds as a number; null = always on; 30 s if absent");
        idleTtl.setTypes(Set.of("string", "number", "null"));
        policy.addProperty("idleTtl", idleTtl);
        property(policy, "scope", "One pool for all runs, or one for each run; global if absent");
    }

    private static void describeRecycle(Schema<?> recycle) {
        property(recycle, "afterExecutions", "No such mark if absent, like each of them");
        recycle.addProperty("afterAge", duration("ISO-8601, or seconds as a number"));
        recycle.addProperty("aboveHeap", amount("Live heap: bytes, or such as \"512Mi\"", "512Mi"));
        recycle.addProperty("aboveRss", amount("Resident memory: bytes, or such as \"1Gi\"", "1Gi"));
    }

    private static void describeResources(Schema<?> resources) {
        String absent = " if absent; of a call's overrides, as the environment has it";
        resources.addProperty("cpu", amount("Cores, or thousandths such as \"500m\"; 1" + absent, "1"));
        resources.addProperty("memory", amount("Bytes, or such as \"512Mi\"; 1Gi" + absent, "1Gi"));
    }

    private static void describeOverrides(Schema<?> overrides) {
        overrides.description("What one call changes; absent or null = as declared");
        Schema<Object> reusable = typed("string");
        reusable.setEnum(List.of(Overrides.OFF));
        overrides.addProperty("reusable", reusable.description("A fresh replica for this call"));
        property(
                overrides,
                "timeoutExcludesChildren",
                "Whether the time in which an attempt waits for its children is left out of its timeout");
        for (String timeout : List.of("timeout", "queueTimeout")) {
            overrides.addProperty(timeout, duration("ISO-8601, or seconds as a number"));
        }
    }

    private static void property(Schema<?> of, String name, String description) {
        Schema<?> property = of.getProperties().get(name);
        if (property != null) {
            property.description(description);
        }
    }

    private static Schema<?> duration(String description) {
        return amount(description, "PT30S");
    }

    /** A text, or a number. */
    private static Schema<?> amount(String description, String example) {
        Schema<?> schema = new JsonSchema().description(description).example(example);
        schema.setTypes(Set.of("string", "number"));
        return schema;
    }

    static Schema<Object> typed(String type) {
        Schema<Object> schema = new JsonSchema();
        schema.setTypes(Set.of(type));
        return schema;
    }
}
