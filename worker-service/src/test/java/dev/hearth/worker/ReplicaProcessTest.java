package dev.hearth.worker;

import static dev.hearth.worker.FakeControlPlane.attempt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.wire.ChildSubmit;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds between processes, or for a whole one. */
class ReplicaProcessTest {
    private static final String TASKS = """
            package world;

            import dev.hearth.sdk.Call;
            import dev.hearth.sdk.Environment;
            import dev.hearth.sdk.Task;
            import java.io.InputStream;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.stream.*;

            public class Tasks {
                public record In(int i, Set<String> tags, Map<String, Set<Tag>> more) {}
                public record Tag(String name) {}

                static final Environment ENV = Environment.named("env");
                static final Task<In, Integer> CHILD = ENV.task("child", In.class, Integer.class, In::i);
                static final Task<Void, Integer> PARENT = ENV.task("parent", Integer.class, () -> {
                    Set<String> tags = Set.of("a", "b", "c", "d", "e", "f", "g", "h");
                    Set<Tag> more = tags.stream().map(Tag::new).collect(Collectors.toSet());
                    List<Call<Integer>> calls = Stream.of(1, 2, 3)
                            .map(i -> CHILD.start(new In(i, tags, Map.of("x", more, "y", more, "z", Set.of())))).toList();
                    return calls.stream().mapToInt(Call::join).sum();
                }).retries(2);
                static final Task<Void, List> COMMON = ENV.task("common", List.class, () -> {
                    List<String> found = new ArrayList<>();
                    found.add(CompletableFuture.supplyAsync(Tasks::read).get());
                    found.addAll(IntStream.range(0, 100).parallel().mapToObj(i -> read()).distinct().toList());
                    return found;
                });

                static final Task<Integer, Integer> LEAVES = ENV.task("leaves", Integer.class, Integer.class, x -> {
                    System.out.println("leaving");
                    System.exit(x);
                    return x;
                });
                static final CountDownLatch GO = new CountDownLatch(1);
                static final Task<Void, Integer> NEIGHBOUR = ENV.task("neighbour", Integer.class, () -> {
                    Runtime.getRuntime().addShutdownHook(new Thread(GO::countDown));
                    System.out.println("here");
                    GO.await();
                    return 1;
                });

                static String read() {
                    try (InputStream in = Thread.currentThread().getContextClassLoader().getResourceAsStream("its.txt")) {
                        return in == null ? "nothing" : new String(in.readAllBytes());
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    private Path jar;

    @BeforeEach
    void compile() throws Exception {
        jar = new CompiledJar(folder).classes(TASKS).file("its.txt", "found").at("tasks.jar");
    }

    @Test
    void aParentThatIsTriedAgainInAnotherProcessAsksForTheSameChildren() throws Exception {
        Set<String> names = childrenOfTheParent("first");
        assertThat(names).hasSize(3);
        assertThat(childrenOfTheParent("second")).isEqualTo(names);
    }

    private Set<String> childrenOfTheParent(String home) throws Exception {
        try (ReplicaProcess replica = ReplicaProcess.of(jar, Files.createDirectory(folder.resolve(home)))) {
            replica.controlPlane().assign(attempt(1), "parent", "null");
            Set<String> names = new TreeSet<>();
            replica.controlPlane().await(frame -> {
                frame.getChildrenList().stream().map(ChildSubmit::getName).forEach(names::add);
                return names.size() >= 3;
            });
            return names;
        }
    }

    @Test
    void aTaskThatCallsSystemExitFailsWithThatSentenceAndItsNeighbourMayFinish() throws Exception {
        try (ReplicaProcess replica = ReplicaProcess.of(jar, folder)) {
            FakeControlPlane controlPlane = replica.controlPlane();
            controlPlane.assign(attempt(1), "neighbour", "null");
            controlPlane.await(frame -> frame.getLogsCount() > 0);
            controlPlane.assign(attempt(2), "leaves", "3");

            Report report =
                    controlPlane.await(frame -> frame.getReportsCount() > 0).getReports(0);
            assertThat(report.getAttempt()).isEqualTo(attempt(2));
            assertThat(report.getFailure().getCode()).isEqualTo("SYSTEM_EXIT");
            assertThat(report.getFailure().getMessage()).contains("status: 3", "return, or throw");
            controlPlane.send(ControlFrame.newBuilder().addCommittedReports(attempt(2)));
            Report neighbours =
                    controlPlane.await(frame -> frame.getReportsCount() > 0).getReports(0);
            assertThat(neighbours.getOutput().getValue().toStringUtf8()).isEqualTo("1");
            controlPlane.send(ControlFrame.newBuilder().addCommittedReports(attempt(1)));
            assertThat(replica.process().waitFor()).isEqualTo(3);
        }
    }

    @Test
    void theThreadsOfParallelStreamsFindTheBundleToo() throws Exception {
        try (ReplicaProcess replica = ReplicaProcess.of(jar, folder)) {
            replica.controlPlane().assign(attempt(1), "common", "null");
            Report report = replica.controlPlane()
                    .await(frame -> frame.getReportsCount() > 0)
                    .getReports(0);
            assertThat(report.getOutput().getValue().toStringUtf8()).isEqualTo("[\"found\",\"found\"]");
        }
    }
}
