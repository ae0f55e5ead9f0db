package dev.hearth.controlplane.image;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The folders in which programs are looked for, in order. */
public record SearchPath(List<Path> folders) {

    public static SearchPath ofThisProcess() {
        String path = System.getenv().getOrDefault("PATH", "");
        return new SearchPath(Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(path)
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .toList());
    }

    public Optional<Path> find(String program) {
        return folders.stream()
                .map(folder -> folder.resolve(program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
