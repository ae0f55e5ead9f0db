package dev.hearth.controlplane.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A user of the Flyte SDK: a virtual environment with nothing but {@code pip install flyte}, and the one file of configuration. */
final class FlyteClient {
    private static final String SDK = "flyte==2.12.1";
    private static final long MINUTES = 5;

    private final Path environment;
    private final Path folder;

    private FlyteClient(Path environment, Path folder) {
        this.environment = environment;
        this.folder = folder;
    }

    /** Installs the SDK, which takes half a minute. */
    static FlyteClient install(Path folder, int port) throws IOException {
        Path environment = folder.resolve("client");
        call(folder, List.of("python3", "-m", "venv", environment.toString()));
        call(folder, List.of(environment.resolve("bin/pip").toString(), "install", "-q", SDK));
        Path programs =
                Files.createDirectories(folder.resolve("programs/.flyte")).getParent();
        Files.writeString(
                programs.resolve(".flyte/config.yaml"),
                Files.readString(repository("examples/flyte/config.yaml")).replace("8080", Integer.toString(port)));
        for (String file : List.of(
                "examples/flyte/reuse_concurrency.py",
                "examples/flyte/reusable_env.py",
                "control-plane/src/test/python/behaviours.py",
                "control-plane/src/test/python/brood.py",
                "control-plane/src/test/python/deployed.py",
                "control-plane/src/test/python/outputs.py")) {
            Path source = repository(file);
            Files.copy(source, programs.resolve(source.getFileName()));
        }
        return new FlyteClient(environment, programs);
    }

    /** Answers what it prints; it must end well. */
    String python(String... arguments) {
        return run("python", arguments);
    }

    /** The command of the SDK. */
    String flyte(String... arguments) {
        return run("flyte", arguments);
    }

    /** Another place of the server from now on, as in its file of configuration. */
    void endpoint(String address) throws IOException {
        Path file = folder.resolve(".flyte/config.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("endpoint: .*", "endpoint: " + address));
    }

    /** Answers what it prints; it must end badly. */
    String fails(String program, String... arguments) {
        try {
            Outcome outcome = outcome(folder, command(program, arguments));
            if (outcome.exit() == 0) {
                throw new AssertionError(program + " was to fail:\n" + outcome.output());
            }
            return outcome.output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Process start(Path output, String... arguments) throws IOException {
        return start(output, Map.of(), arguments);
    }

    Process start(Path output, Map<String, String> variables, String... arguments) throws IOException {
        ProcessBuilder builder = builder(folder, command("python", arguments)).redirectOutput(output.toFile());
        builder.environment().putAll(variables);
        return builder.start();
    }

    private String run(String program, String... arguments) {
        try {
            return call(folder, command(program, arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(environment.resolve("bin").resolve(program).toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private record Outcome(int exit, String output) {}

    static String call(Path folder, List<String> command) throws IOException {
        Outcome outcome = outcome(folder, command);
        if (outcome.exit() != 0) {
            throw new AssertionError(command + " did not end well:\n" + outcome.output());
        }
        return outcome.output();
    }

    private static Outcome outcome(Path folder, List<String> command) throws IOException {
        Path output = Files.createTempFile("flyte-client", ".log");
        Process process =
                builder(folder, command).redirectOutput(output.toFile()).start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new AssertionError(command + " did not end:\n" + Files.readString(output));
            }
            return new Outcome(process.exitValue(), Files.readString(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static ProcessBuilder builder(Path folder, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("COLUMNS", "200", "NO_COLOR", "1"));
        return builder;
    }

    static Path repository(String file) {
        return Path.of("..").resolve(file).toAbsolutePath().normalize();
    }
}
