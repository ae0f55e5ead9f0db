package dev.hearth.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        description = "Measure a fresh server on this machine, beside its floors and a peer. Takes about two minutes.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        Path home = Files.createTempDirectory("hearth-bench");
        try (LocalServer server = LocalServer.start(home, err)) {
            String jdbcUrl = Files.readString(home.resolve("postgres/jdbc-url")).strip();
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            Installation.find().benchmarks(),
                            "dev.hearth.benchmarks.Bench",
                            server.endpoint(),
                            jdbcUrl)
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }
}
