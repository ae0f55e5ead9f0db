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

@Command(
        name = "why",
        description = "Say what an action waits for: the exact limit, slot, replica, pause or child.",
        mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {
    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "RUN", description = "Name of the run.")
    private String run = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ACTION",
            defaultValue = "a0",
            description = "Action (default: the root, ${DEFAULT-VALUE}).")
    private String action = "a0";

    @Option(names = "--json", description = "Print JSON, with the numbers of the message.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        String path = "/api/v1/runs/" + Connection.encoded(run) + "/actions/" + Connection.encoded(action) + "/waiting";
        try (Rest rest = connection.open()) {
            JsonNode answer = rest.get(path, JsonNode.class);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(answer.toPrettyString());
                return 0;
            }
            out.println(answer.path("cause").asString() + ": "
                    + answer.path("message").asString());
            printTime(out, answer, "since");
            printTime(out, answer, "until");
        }
        return 0;
    }

    private static void printTime(PrintWriter out, JsonNode answer, String name) {
        if (answer.hasNonNull(name)) {
            out.println(name + " " + answer.get(name).asString());
        }
    }
}
