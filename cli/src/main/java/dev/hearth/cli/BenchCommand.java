package dev.hearth.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        description = "Measure a fresh server on this machine, beside its floors and a peer. Takes about two minutes.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    private static final int LEAST_QUEUED = 100_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--queued",
            paramLabel = "ACTIONS",
            description = "Measure what a queue of so many actions costs instead, e.g. 1000000.")
    private int queued;

    @Override
    public Integer call() throws Exception {
        if (queued != 0 && queued < LEAST_QUEUED) {
            throw new UsageException("--queued must be at least " + LEAST_QUEUED + ", was " + queued);
        }
        PrintWriter err = spec.commandLine().getErr();
        Path home = Files.createTempDirectory("hearth-bench");
        try (LocalServer server = LocalServer.start(home, err)) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    Installation.find().benchmarks(),
                    queued == 0 ? "dev.hearth.benchmarks.Bench" : "dev.hearth.benchmarks.Backlog",
                    server.endpoint(),
                    home.resolve("postgres/jdbc-url").toString()));
            if (queued != 0) {
                command.add(Integer.toString(queued));
            }
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        }
    }
}
