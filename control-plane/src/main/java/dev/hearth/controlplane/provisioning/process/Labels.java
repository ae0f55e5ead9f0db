package dev.hearth.controlplane.provisioning.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the command line of a replica's process says for people who look for it: properties of a JVM, or arguments behind
 * {@code --hearth-label}. The server does not go by it, because a process that a task forks has the same command line.
 *
 * @param folder of all replicas of the server that has started it
 */
record Labels(long replica, Path folder) {
    private static final String PROPERTY = "-Dhearth.label.";
    private static final String ARGUMENT = "--hearth-label";

    List<String> properties() {
        return labels().map(PROPERTY::concat).toList();
    }

    List<String> arguments() {
        return labels().flatMap(label -> Stream.of(ARGUMENT, label)).toList();
    }

    private Stream<String> labels() {
        return Stream.of("replica=" + replica, "folder=" + folder);
    }
}
