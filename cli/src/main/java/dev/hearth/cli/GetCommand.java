package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

@Command(name = "get", description = "List what there is, as a table or as JSON.", mixinStandardHelpOptions = true)
final class GetCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    /** What can be listed, and the columns of its table: paths into the JSON of an item. */
    enum What {
        envs(
                "name",
                "state",
                "pool.state",
                "pool.replicas",
                "pool.desired",
                "pool.slots",
                "pool.busy",
                "pool.queued",
                "pool.coldAt"),
        replicas(
                "id",
                "ordinal",
                "version",
                "phase",
                "busy",
                "slots",
                "executed",
                "coldStartMs",
                "stopsAt",
                "placement"),
        runs("name", "environment", "task", "phase", "error.code", "createdAt", "endedAt"),
        actions("name", "parent", "task", "phase", "error.code", "attempts", "replica", "createdAt", "endedAt"),
        decisions("at", "from", "to", "rule", "reason");

        private final List<String> columns;

        What(String... columns) {
            this.columns = List.of(columns);
        }
    }

    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "WHAT", description = "One of ${COMPLETION-CANDIDATES}.")
    private What what = What.envs;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "OF",
            description = "Of which environment (replicas, decisions, runs) or run (actions): short for -e and -r.")
    private @Nullable String of;

    @Option(
            names = {"-e", "--environment"},
            description = "Environment, for replicas, decisions and runs.")
    private @Nullable String environment;

    @Option(
            names = {"-r", "--run"},
            description = "Run, for actions.")
    private @Nullable String run;

    @Option(names = "--limit", defaultValue = "50", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = 50;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (of != null && what == What.envs) {
            throw new UsageException("envs lists all environments; leave " + of + " out");
        }
        if (of != null && what == What.actions) {
            run = of;
        } else if (of != null) {
            environment = of;
        }
        try (Rest rest = connection.open()) {
            ArrayNode items = JSON.createArrayNode();
            for (String path : paths(rest)) {
                rest.get(path, JsonNode.class).get("items").forEach(items::add);
            }
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(items));
            } else {
                out.print(table(what.columns, items));
                out.flush();
            }
            return 0;
        }
    }

    private List<String> paths(Rest rest) {
        String query = "?limit=" + limit + "&" + connection.project();
        return switch (what) {
            case envs -> List.of("/api/v1/environments" + query);
            case runs ->
                List.of("/api/v1/runs" + query
                        + (environment == null ? "" : "&environment=" + Connection.encoded(environment)));
            case actions -> List.of("/api/v1/runs/" + Connection.encoded(required(run, "-r RUN")) + "/actions" + query);
            case replicas, decisions ->
                environments(rest).stream()
                        .map(name -> "/api/v1/environments/" + Connection.encoded(name) + "/" + what + query)
                        .toList();
        };
    }

    private List<String> environments(Rest rest) {
        if (environment != null) {
            return List.of(environment);
        }
        List<String> names = new ArrayList<>();
        rest.get("/api/v1/environments?limit=500&" + connection.project(), JsonNode.class)
                .get("items")
                .forEach(item -> names.add(item.get("name").asString()));
        return names;
    }

    private String required(@Nullable String value, String option) {
        if (value == null) {
            throw new UsageException("get " + what + " needs " + option);
        }
        return value;
    }

    static String table(List<String> columns, ArrayNode items) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream().map(GetCommand::title).toList());
        for (JsonNode item : items) {
            rows.add(columns.stream().map(column -> cell(item, column)).toList());
        }
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(each -> each.get(column).length())
                        .max()
                        .orElse(0);
                boolean last = i == row.size() - 1;
                table.append(last ? row.get(i) : String.format("%-" + (width + 2) + "s", row.get(i)));
            }
            table.append(System.lineSeparator());
        }
        return table.toString();
    }

    private static String title(String column) {
        return switch (column) {
            case "pool.state" -> "pool";
            case "error.code" -> "error";
            default -> column.substring(column.lastIndexOf('.') + 1);
        };
    }

    /** Of a list its length. */
    private static String cell(JsonNode item, String path) {
        JsonNode value = item;
        for (String step : path.split("\\.")) {
            value = value.path(step);
        }
        if (value.isArray()) {
            return Integer.toString(value.size());
        }
        return value.isMissingNode() || value.isNull() ? "-" : value.asString();
    }
}
