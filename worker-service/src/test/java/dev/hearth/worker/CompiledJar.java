package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A jar made of sources, as a user's build makes one: nothing in it is on the class path of the test. */
final class CompiledJar {
    private final Path folder;
    private final Manifest manifest = new Manifest();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    CompiledJar(Path folder) {
        this.folder = folder;
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    }

    CompiledJar manifest(String name, String value) {
        manifest.getMainAttributes().putValue(name, value);
        return this;
    }

    CompiledJar file(String name, String text) {
        entries.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    CompiledJar file(String name, byte[] bytes) {
        entries.put(name, bytes);
        return this;
    }

    CompiledJar without(String name) {
        entries.remove(name);
        return this;
    }

    CompiledJar classes(String... sources) throws IOException {
        return classesIn("", sources);
    }

    /** Compiles them together, and puts the classes below a prefix. */
    CompiledJar classesIn(String prefix, String... sources) throws IOException {
        Path work = Files.createTempDirectory(folder, "sources");
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-nowarn", "-d", work.resolve("classes").toString()));
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
        for (String source : sources) {
            Path file =
                    work.resolve(source.replaceAll("(?s).*?\\b(?:class|interface|record) (\\w+).*", "$1") + ".java");
            Files.writeString(file, source);
            arguments.add(file.toString());
        }
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(result).isZero();
        Path classes = work.resolve("classes");
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entries.put(prefix + classes.relativize(file), Files.readAllBytes(file));
            }
        }
        return this;
    }

    Path at(String name) throws IOException {
        Path jar = folder.resolve(name);
        Files.createDirectories(jar.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        }
        return jar;
    }
}
