package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "what-if",
        description = {
            "Simulate what an environment received lately under other policies, beside the deployed one: replica-seconds"
                    + " that they would have cost, and waits. Nothing is changed."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./hearth what-if orders --replicas 1..4 --replicas 8 --since 1h",
            "  ./hearth what-if orders --policy '{\"replicas\": [0, 4], \"concurrency\": 10, \"idleTtl\": \"PT5M\"}'"
        })
final class WhatIfCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    private static final List<String> NUMBERS = List.of(
            "starts",
            "stops",
            "meanReplicas",
            "replicaSeconds",
            "oracleReplicaSeconds",
            "meanWaitMs",
            "p50WaitMs",
            "p99WaitMs");

    @Mixin
    private Connection connection = new Connection();

    @Parameters(paramLabel = "ENV", description = "Environment.")
    private String environment = "";

    @Option(
            names = "--replicas",
            paramLabel = "N|MIN..MAX",
            description = "The deployed policy with other bounds, e.g. 3 or 1..4. May be given several times;"
                    + " or @FILE, @-.")
    private List<String> bounds = List.of();

    @Option(
            names = "--policy",
            paramLabel = "JSON",
            description =
                    "A policy as in a spec; what it leaves out stays as it is deployed. May be given several times.")
    private List<String> policies = List.of();

    @Option(
            names = "--since",
            defaultValue = "1h",
            description = "How far to look back: 30m, 1h, 2d, PT1H or a time (default: ${DEFAULT-VALUE}).")
    private String since = "1h";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Proposals proposals = new Proposals(bounds, policies);
        String path = "/api/v1/environments/" + Connection.encoded(environment);
        try (Rest rest = connection.open()) {
            JsonNode answer = rest.send(
                    "POST",
                    path + "/what-if?" + connection.project(),
                    Map.of("policies", proposals.all(), "since", since),
                    JsonNode.class);
            print(answer);
        }
        return 0;
    }

    private void print(JsonNode answer) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toPrettyString());
            return;
        }
        out.println(answer.path("arrivals").asString() + " arrivals from "
                + answer.path("since").asString() + " to "
                + answer.path("until").asString()
                + ", a cold start takes " + number(answer.path("coldStartMs")) + " ms");
        ArrayNode rows = JSON.createArrayNode();
        ObjectNode measured = rows.addObject().put("policy", "measured in the window");
        NUMBERS.forEach(name -> measured.put(name, number(answer.path("actual").path(name))));
        for (JsonNode item : answer.path("items")) {
            ObjectNode row = rows.addObject();
            String words = Proposals.words(item.path("policy"));
            row.put("policy", item.path("deployed").asBoolean() ? "deployed: " + words : words);
            NUMBERS.forEach(name -> row.put(name, number(item.path(name))));
        }
        Table table = new Table(columns(), out);
        table.print(rows);
        table.end();
    }

    private static List<String> columns() {
        return Stream.concat(Stream.of("policy"), NUMBERS.stream()).toList();
    }

    /** Whole numbers as they are, others with one place. */
    private static String number(JsonNode value) {
        if (!value.isNumber()) {
            return "-";
        }
        return value.isIntegralNumber() ? value.asString() : String.format(Locale.ROOT, "%.1f", value.doubleValue());
    }
}
