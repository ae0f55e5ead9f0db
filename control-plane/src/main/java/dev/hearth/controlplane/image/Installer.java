package dev.hearth.controlplane.image;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes a virtual environment and installs into it; what uv does in seconds takes pip its time. */
sealed interface Installer {
    List<String> create(Path python, Path environment);

    List<String> install(Path environment, List<String> arguments);

    static Installer find(SearchPath path) {
        return path.find("uv").<Installer>map(Uv::new).orElseGet(Pip::new);
    }

    record Uv(Path program) implements Installer {
        @Override
        public List<String> create(Path python, Path environment) {
            return List.of(program.toString(), "venv", "--python", python.toString(), environment.toString());
        }

        @Override
        public List<String> install(Path environment, List<String> arguments) {
            return Stream.concat(
                            Stream.of(
                                    program.toString(),
                                    "pip",
                                    "install",
                                    "--python",
                                    PythonImages.python(environment).toString()),
                            arguments.stream())
                    .toList();
        }
    }

    record Pip() implements Installer {
        @Override
        public List<String> create(Path python, Path environment) {
            return List.of(python.toString(), "-m", "venv", environment.toString());
        }

        @Override
        public List<String> install(Path environment, List<String> arguments) {
            return Stream.concat(
                            Stream.of(
                                    PythonImages.python(environment).toString(),
                                    "-m",
                                    "pip",
                                    "install",
                                    "--no-input",
                                    "--disable-pip-version-check",
                                    "--progress-bar=off"),
                            arguments.stream())
                    .toList();
        }
    }
}
