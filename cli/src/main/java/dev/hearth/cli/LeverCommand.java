package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The verbs that change the state of an environment by hand. They answer the environment as it then is. */
abstract sealed class LeverCommand implements Callable<Integer> {
    @Mixin
    private Connection connection = new Connection();

    @Parameters(paramLabel = "ENV", description = "Environment.")
    private String environment = "";

    @Option(names = "--json", description = "Print the environment as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Command(
            name = "warm",
            description = "Bring the pool of an environment up before its first run. It goes again by its idle TTL.",
            mixinStandardHelpOptions = true)
    static final class Warm extends LeverCommand {}

    @Command(
            name = "pause",
            description = "Give no more actions of an environment to replicas. What runs finishes, the rest waits.",
            mixinStandardHelpOptions = true)
    static final class Pause extends LeverCommand {}

    @Command(name = "resume", description = "End the pause of an environment.", mixinStandardHelpOptions = true)
    static final class Resume extends LeverCommand {}

    @Command(
            name = "retire",
            description =
                    "Take no more runs for an environment; what is under way finishes. A deployment brings it back.",
            mixinStandardHelpOptions = true)
    static final class Retire extends LeverCommand {}

    @Override
    public Integer call() {
        String path = "/api/v1/environments/" + Connection.encoded(environment) + "/" + spec.name() + "?"
                + connection.project();
        try (Rest rest = connection.open()) {
            JsonNode answer = rest.send("POST", path, null, JsonNode.class);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? answer.toPrettyString() : line(answer));
        }
        return 0;
    }

    private static String line(JsonNode environment) {
        StringBuilder line = new StringBuilder(environment.path("name").asString());
        if (environment.hasNonNull("state")) {
            line.append(' ').append(environment.get("state").asString());
        }
        if (environment.hasNonNull("pool")) {
            JsonNode pool = environment.get("pool");
            line.append(", pool ").append(pool.path("state").asString());
            line.append(", replicas ").append(pool.path("replicas").asInt());
            line.append(", desired ").append(pool.path("desired").asInt());
        }
        return line.toString();
    }
}
