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
        name = "drain",
        description = "Give a replica nothing new; it goes when what it runs has ended.",
        mixinStandardHelpOptions = true)
final class DrainCommand implements Callable<Integer> {
    @Mixin
    private Connection connection = new Connection();

    @Parameters(paramLabel = "REPLICA_ID", description = "Id of the replica, as 'get replicas' shows it.")
    private String replica = "";

    @Option(names = "--json", description = "Print the replica as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try (Rest rest = connection.open()) {
            String path = "/api/v1/replicas/" + Connection.encoded(replica) + "/drain";
            JsonNode answer = rest.send("POST", path, null, JsonNode.class);
            PrintWriter out = spec.commandLine().getOut();
            out.println(
                    json
                            ? answer.toPrettyString()
                            : "replica " + answer.path("id").asString() + " "
                                    + answer.path("phase").asString() + ", busy "
                                    + answer.path("busy").asInt());
        }
        return 0;
    }
}
