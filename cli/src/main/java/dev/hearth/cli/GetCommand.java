package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "get",
        description = "List what there is, as a table or as JSON. What a list leaves out is told on standard error.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./hearth get runs --phase FAILED,TIMED_OUT --since 1h",
            "  ./hearth get actions RUN --phase FAILED --all",
            "  ./hearth get decisions orders --json"
        })
final class GetCommand implements Callable<Integer> {
    private static final long DEFAULT_LIMIT = 50;

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
            description = "Environment, for replicas, decisions and runs (default: all).")
    private @Nullable String environment;

    @Option(
            names = {"-r", "--run"},
            description = "Run, for actions.")
    private @Nullable String run;

    @Option(
            names = "--phase",
            paramLabel = "PHASE[,...]",
            description = "Phases, for runs and actions, e.g. FAILED,TIMED_OUT.")
    private @Nullable String phase;

    @Option(names = "--task", description = "Task, for runs and actions.")
    private @Nullable String task;

    @Option(names = "--parent", paramLabel = "ACTION", description = "Action that called them, for actions.")
    private @Nullable String parent;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Runs started no earlier: 30m, 1h, 2d, PT1H or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(
            names = "--text",
            description = "Text in a run's name, environment, task, error code or error message, in whatever case.")
    private @Nullable String text;

    @Option(names = "--ended", description = "Replicas that have ended, too, newest first.")
    private boolean ended;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many of each list (default: 50).")
    private @Nullable Long limit;

    @Option(names = "--all", description = "All there are, however many.")
    private boolean all;

    @Option(names = "--json", description = "Print a JSON array.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        place();
        refuseWhatWouldBeIgnored();
        PrintWriter out = spec.commandLine().getOut();
        try (Rest rest = connection.open()) {
            Listing listing = new Listing(rest, most());
            List<String> owners = owners(rest);
            boolean several = owners.size() > 1;
            JsonArray array = new JsonArray(out);
            Table table = new Table(columns(several), out);
            Consumer<List<JsonNode>> printer = json ? array::print : table::print;
            Runnable end = json ? array::end : table::end;
            for (String owner : owners) {
                listing.read(
                        path(owner),
                        several ? owner : null,
                        items -> printer.accept(several ? named(owner, items) : items));
            }
            end.run();
            listing.tell(spec.commandLine().getErr());
        }
        return 0;
    }

    /** OF is the one thing that a list can be of. */
    private void place() {
        if (of == null) {
            return;
        }
        boolean twice = what == What.actions ? run != null : environment != null;
        if (what == What.envs) {
            throw new UsageException("envs lists all environments; leave " + of + " out");
        }
        if (twice) {
            throw new UsageException("get " + what + " has its " + (what == What.actions ? "run" : "environment")
                    + " twice; leave " + of + " out");
        }
        if (what == What.actions) {
            run = of;
        } else {
            environment = of;
        }
    }

    private void refuseWhatWouldBeIgnored() {
        only("--environment", environment, What.replicas, What.decisions, What.runs);
        only("--run", run, What.actions);
        only("--phase", phase, What.runs, What.actions);
        only("--task", task, What.runs, What.actions);
        only("--parent", parent, What.actions);
        only("--since", since, What.runs);
        only("--text", text, What.runs);
        only("--ended", ended ? "" : null, What.replicas);
        if (all && limit != null) {
            throw new UsageException("--all lists all there are; leave --limit out");
        }
    }

    private void only(String option, @Nullable String given, What... takers) {
        if (given != null && !List.of(takers).contains(what)) {
            throw new UsageException(option + " is for "
                    + Stream.of(takers).map(What::name).collect(Collectors.joining(", ")) + "; get " + what
                    + " does not take it");
        }
    }

    private OptionalLong most() {
        return all ? OptionalLong.empty() : OptionalLong.of(limit == null ? DEFAULT_LIMIT : limit);
    }

    /** Of what the lists are: names of environments, or an empty one where there is one list. */
    private List<String> owners(Rest rest) {
        boolean ofEnvironments = what == What.replicas || what == What.decisions;
        if (!ofEnvironments || environment != null) {
            return List.of(Objects.requireNonNullElse(environment, ""));
        }
        List<String> names = new ArrayList<>();
        new Listing(rest, OptionalLong.empty())
                .read(
                        "/api/v1/environments" + query(connection.project()),
                        null,
                        items ->
                                items.forEach(item -> names.add(item.get("name").asString())));
        return names;
    }

    private String path(String owner) {
        String name = Connection.encoded(owner);
        return switch (what) {
            case envs -> "/api/v1/environments" + query(connection.project());
            case runs ->
                "/api/v1/runs"
                        + query(
                                connection.project(),
                                filter("environment", environment),
                                filter("task", task),
                                filter("phase", phases()),
                                filter("since", since),
                                filter("q", text));
            case actions ->
                "/api/v1/runs/" + Connection.encoded(required(run, "-r RUN")) + "/actions"
                        + query(filter("phase", phases()), filter("task", task), filter("parent", parent));
            case replicas ->
                "/api/v1/environments/" + name + "/replicas" + query(connection.project(), ended ? "all=true" : "");
            case decisions -> "/api/v1/environments/" + name + "/decisions" + query(connection.project());
        };
    }

    private static String query(String... parts) {
        String query = Stream.of(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    private static String filter(String name, @Nullable String value) {
        return value == null ? "" : name + "=" + Connection.encoded(value);
    }

    private @Nullable String phases() {
        return phase == null ? null : phase.toUpperCase(Locale.ROOT);
    }

    private String required(@Nullable String value, String option) {
        if (value == null) {
            throw new UsageException("get " + what + " needs " + option);
        }
        return value;
    }

    private List<String> columns(boolean ofSeveral) {
        return ofSeveral
                ? Stream.concat(Stream.of("environment"), what.columns().stream())
                        .toList()
                : what.columns();
    }

    /** Items of several environments say of which they are. */
    private static List<JsonNode> named(String environment, List<JsonNode> items) {
        items.forEach(item -> ((ObjectNode) item).put("environment", environment));
        return items;
    }
}
