package dev.hearth.controlplane.live;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Every call of the OpenAPI document, with addresses, parameters and bodies that are right, almost right, or wrong. */
final class FuzzedCalls {
    /** Takes the deployments; no run is ever started in it. */
    static final String DEPLOYED = "reusable-env";

    /** Takes the runs; paused, so that no process is started for them. */
    static final String PAUSED = "sleeper";

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW");

    /** Already encoded. */
    private static final List<String> NASTY_TEXTS = List.of(
            "",
            "%00",
            "a%00b",
            "%zz",
            "%",
            "%c3%28",
            "%ed%a0%80",
            "%2e%2e%2f%2e%2e",
            "..",
            "a%2fb",
            "a;b=c",
            "-1",
            "0",
            "1.5",
            "99999999999999999999",
            "-9223372036854775808",
            "2147483648",
            "x".repeat(3_000),
            "%f0%9f%98%80",
            "null",
            "true",
            "'%20OR%201=1",
            "%7B%7D",
            "a%0d%0ab",
            "\u00e9",
            "{x}",
            "|",
            "a b");

    private static final List<String> NASTY_WAITS =
            List.of("-1", "0", "1ms", "PT0.01S", "P99999999999999D", "1e9", "9999999h", "");

    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json",
            "application/json",
            "application/json",
            "application/json",
            "application/json; charset=utf-16",
            "application/json;charset=nonsense",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "application/java-archive",
            "nonsense",
            "/",
            "");

    private record Call(String method, String path, List<String> parameters) {}

    private final List<Call> calls = new ArrayList<>();
    private final Map<String, List<String>> values = new TreeMap<>();
    private final String spec;

    /** @param ended names of runs that have ended, so that nothing waits for them */
    FuzzedCalls(JsonNode openApi, String bundle, List<String> ended) {
        openApi.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(call -> calls.add(new Call(
                                call.getKey().toUpperCase(java.util.Locale.ROOT),
                                path.getKey(),
                                queries(call.getValue())))));
        List.of(
                        "/",
                        "/runs/{run}",
                        "/fragments/overview",
                        "/fragments/runs/{run}",
                        "/openapi",
                        "/actuator/health",
                        "/actuator/{x}",
                        "/{x}")
                .forEach(page -> calls.add(new Call("GET", page, List.of())));
        values.put("name", List.of(DEPLOYED, "hoarder", "nosuch"));
        values.put("run", ended);
        values.put("action", List.of("a0", "a1"));
        values.put("sha256", List.of(bundle, "0".repeat(64)));
        values.put("lever", List.of("pause", "retire", "resume"));
        values.put("environment", List.of(PAUSED, DEPLOYED));
        values.put("project", List.of("default", "other"));
        values.put("phase", List.of("SUCCEEDED", "QUEUED,FAILED"));
        values.put("since", List.of("1h", "2026-01-01T00:00:00Z"));
        values.put("task", List.of("noop"));
        values.put("parent", List.of("a0"));
        values.put("q", List.of("e", "100%"));
        values.put("limit", List.of("1", "500"));
        values.put("cursor", List.of("MTA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk"));
        spec = """
                {"image": "process:java", "bundle": "%s", "resources": {"cpu": "1", "memory": "256Mi", "gpu": 0},
                 "env": {"KEY": "value"}, "reuse": {"replicas": [0, 1], "concurrency": 2, "scaledownTtl": "PT60S",
                 "idleTtl": "PT60S", "scope": "global", "recycle": {"afterExecutions": 5, "afterAge": "PT1H",
                 "aboveHeap": "1Gi", "aboveRss": "2Gi"}}}""".formatted(bundle);
    }

    private static List<String> queries(JsonNode call) {
        List<String> names = new ArrayList<>();
        call.path("parameters").forEach(parameter -> {
            if (parameter.get("in").asString().equals("query")) {
                names.add(parameter.get("name").asString());
            }
        });
        return names;
    }

    int size() {
        return calls.size();
    }

    /** The n-th case: all calls in turn. */
    RawRequest next(int n, Random random) {
        Call call = calls.get(n % calls.size());
        String method = random.nextInt(16) == 0 ? METHODS.get(random.nextInt(METHODS.size())) : call.method();
        boolean takesBody = !call.method().equals("GET") || random.nextInt(20) == 0;
        byte[] body = takesBody ? body(call.path(), random) : new byte[0];
        String type = TYPES.get(random.nextInt(TYPES.size()));
        if (call.path().endsWith("/bundles") && random.nextInt(4) > 0) {
            type = "application/java-archive";
        }
        return new RawRequest(
                method, target(call, random), takesBody ? type : "", body, takesBody && random.nextInt(60) == 0);
    }

    private String target(Call call, Random random) {
        String path = call.path();
        for (int open = path.indexOf('{'); open >= 0; open = path.indexOf('{')) {
            int close = path.indexOf('}', open);
            String value = value(path.substring(open + 1, close).replaceAll(":.*", ""), random);
            // Braces of the value itself are not to be filled.
            path = path.substring(0, open) + value.replace('{', '\u0001') + path.substring(close + 1);
        }
        StringBuilder target = new StringBuilder(path.replace('\u0001', '{'));
        char separator = '?';
        for (String parameter : call.parameters()) {
            if (random.nextInt(3) == 0) {
                target.append(separator).append(parameter).append('=').append(value(parameter, random));
                separator = '&';
            }
        }
        if (random.nextInt(100) == 0) {
            // More parameters than the container counts to.
            target.append(separator).append("a&".repeat(1_500));
        }
        return target.toString();
    }

    private String value(String name, Random random) {
        if (name.equals("wait")) {
            return NASTY_WAITS.get(random.nextInt(NASTY_WAITS.size()));
        }
        List<String> known = values.getOrDefault(name, List.of());
        boolean right = !known.isEmpty() && random.nextInt(3) > 0;
        return right
                ? URLEncoder.encode(known.get(random.nextInt(known.size())), StandardCharsets.UTF_8)
                : NASTY_TEXTS.get(random.nextInt(NASTY_TEXTS.size()));
    }

    private byte[] body(String path, Random random) {
        if (path.endsWith("/bundles")) {
            byte[] jar = new byte[random.nextInt(4_000)];
            random.nextBytes(jar);
            if (jar.length > 4 && random.nextBoolean()) {
                System.arraycopy(new byte[] {'P', 'K', 3, 4}, 0, jar, 0, 4);
            }
            return jar;
        }
        return new FuzzedJson(random).of(valid(path));
    }

    private String valid(String path) {
        String run = """
                {"environment": "%s", "task": "nap", "input": {"index": 1, "millis": 1}, "idempotencyKey": "k",
                 "overrides": {"reusable": "off", "resources": {"cpu": "1", "memory": "256Mi"}}}""".formatted(PAUSED);
        return switch (path) {
            case "/api/v1/environments/{name}" -> spec;
            case "/api/v1/runs" -> run;
            case "/api/v1/runs:batch" -> """
                {"environment": "%s", "task": "nap", "inputs": [{"index": 1, "millis": 1}, {"index": 2, "millis": 2}]}""".formatted(PAUSED);
            case "/api/v1/environments/{name}/what-if" -> """
                {"policies": [{"replicas": [1, 8], "concurrency": 3}], "since": "PT1H"}""";
            case "/api/v1/environments/{name}/decisions/replay" -> """
                {"reuse": {"replicas": [1, 8], "concurrency": 3}}""";
            default -> "{}";
        };
    }
}
