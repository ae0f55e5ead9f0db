package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
        name = "cancel",
        description = "Abort a run, or one action with its descendants.",
        mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {
    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "RUN", description = "Name of the run.")
    private String run = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "Only this action and what it called.")
    private @Nullable String action;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        String path = "/api/v1/runs/" + Connection.encoded(run)
                + (action == null ? "" : "/actions/" + Connection.encoded(action));
        try (Rest rest = connection.open()) {
            boolean hadEnded = rest.get(path, JsonNode.class).hasNonNull("endedAt");
            JsonNode answer = rest.send("POST", path + "/cancel", null, JsonNode.class);
            spec.commandLine()
                    .getOut()
                    .println(answer.get("name").asString()
                            + (hadEnded ? " had already ended: " : " ")
                            + answer.get("phase").asString());
        }
        return 0;
    }
}
