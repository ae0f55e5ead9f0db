package dev.hearth.controlplane.provisioning.process;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the command line of a replica's process says for whoever looks for it: each label is a property of a JVM, or an
 * argument of its own behind {@code --hearth-label}.
 *
 * @param folder of all replicas of the server that has started it
 */
record Labels(long replica, Path folder) {
    private static final String PROPERTY = "-Dhearth.label.";
    private static final String ARGUMENT = "--hearth-label";
    private static final String REPLICA = "replica=";
    private static final String FOLDER = "folder=";

    List<String> properties() {
        return Stream.of(REPLICA + replica, FOLDER + folder)
                .map(PROPERTY::concat)
                .toList();
    }

    List<String> arguments() {
        return List.of(ARGUMENT, REPLICA + replica, ARGUMENT, FOLDER + folder);
    }

    /** Empty for a process that is no replica. */
    static Optional<Labels> read(String[] commandLine) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i].startsWith(PROPERTY)) {
                labels.add(commandLine[i].substring(PROPERTY.length()));
            } else if (commandLine[i].equals(ARGUMENT) && i + 1 < commandLine.length) {
                labels.add(commandLine[i + 1]);
            }
        }
        String replica = value(labels, REPLICA);
        String folder = value(labels, FOLDER);
        if (replica == null || folder == null || !replica.matches("\\d{1,18}")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Labels(Long.parseLong(replica), Path.of(folder)));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static @Nullable String value(List<String> labels, String name) {
        return labels.stream()
                .filter(label -> label.startsWith(name))
                .map(label -> label.substring(name.length()))
                .findFirst()
                .orElse(null);
    }
}
