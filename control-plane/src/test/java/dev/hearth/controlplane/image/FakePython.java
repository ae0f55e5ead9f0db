package dev.hearth.controlplane.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Interpreters that do what a build asks of them without any network, as shell scripts in a folder. Installing the package
 * {@code broken} fails, {@code endless} goes on until the gate is opened; their runner writes its environment into a file and
 * stays until it is told to end.
 */
public record FakePython(Path folder) {
    private static final String SCRIPT = """
            #!/bin/sh
            case "$1 $2" in
              "-c "*) echo "Python %s $0" ;;
              "-m venv") echo "venv" >> %s; mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
              "-m pip")
                shift 6
                echo "$*" >> %s
                for argument in "$@"; do
                  echo "Collecting $argument"
                  case "$argument" in
                    broken) echo "ERROR: there is no such package" >&2; exit 1 ;;
                    endless) while [ ! -e %s ]; do sleep 0.05; done ;;
                  esac
                done ;;
              "-m hearth_runner")
                trap 'exit 0' TERM
                echo "runs"
                env > environment.txt
                while :; do sleep 0.05; done ;;
            esac
            """;

    /** With a {@code python3} of this version, and with {@code python3.x} for each of the others. */
    public static FakePython in(Path folder, String version, String... others) {
        FakePython python = new FakePython(folder);
        python.write("python3", version);
        for (String other : others) {
            python.write("python" + other, other);
        }
        return python;
    }

    private void write(String name, String version) {
        Path calls = folder.resolve("calls");
        program(name, SCRIPT.formatted(version, calls, calls, gate()));
    }

    void program(String name, String script) {
        try {
            Files.createDirectories(folder);
            Path file = Files.writeString(folder.resolve(name), script);
            Files.setPosixFilePermissions(
                    file, Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path gate() {
        return folder.resolve("gate");
    }

    public void openGate() throws IOException {
        Files.createFile(gate());
    }

    /** What was made and installed, a line each: {@code venv}, or what stood behind the options that pip always gets. */
    public List<String> calls() throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    SearchPath path() {
        return new SearchPath(List.of(folder));
    }

    public PythonImages images(JdbcClient sql, Path home) {
        return new PythonImages(new PythonImageStore(sql, new JsonMapper()), home, path());
    }
}
