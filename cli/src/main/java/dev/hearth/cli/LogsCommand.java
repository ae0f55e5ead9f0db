package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "logs", description = "Print what an action has printed.", mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "RUN", description = "Name of the run.")
    private String run = "";

    @Parameters(index = "1", paramLabel = "ACTION", defaultValue = "a0", description = "Action (default: the root).")
    private String action = "a0";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the action has ended.")
    private boolean follow;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        try (Rest rest = connection.open()) {
            print(rest, run, action, follow, spec.commandLine().getOut());
        }
        return 0;
    }

    static void print(Rest rest, String run, String action, boolean follow, PrintWriter out) throws IOException {
        String path = "/api/v1/runs/" + Connection.encoded(run) + "/actions/" + Connection.encoded(action)
                + "/logs?follow=" + follow;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(rest.stream(path), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.println(line);
                out.flush();
            }
        }
    }
}
