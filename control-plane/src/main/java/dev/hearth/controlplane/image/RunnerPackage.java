package dev.hearth.controlplane.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The sources of the Python runner, which the server brings along, by their paths. */
record RunnerPackage(SortedMap<String, byte[]> files) {
    private static final String FOLDER = "python-runner/";

    static RunnerPackage ofThisServer() {
        try {
            SortedMap<String, byte[]> files = new TreeMap<>();
            for (Resource resource :
                    new PathMatchingResourcePatternResolver().getResources("classpath:" + FOLDER + "**")) {
                String address = resource.getURL().toString();
                if (resource.isReadable() && !address.endsWith("/")) {
                    String path = address.substring(address.lastIndexOf("/" + FOLDER) + 1 + FOLDER.length());
                    files.put(path, resource.getContentAsByteArray());
                }
            }
            return new RunnerPackage(files);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the Python runner in the server's jar", e);
        }
    }

    void copyTo(Path folder) throws IOException {
        for (var file : files.entrySet()) {
            Path target = folder.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue());
        }
    }

    void update(MessageDigest digest) {
        files.forEach((path, content) -> {
            digest.update((path + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        });
    }
}
