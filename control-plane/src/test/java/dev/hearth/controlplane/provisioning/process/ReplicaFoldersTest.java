package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaFoldersTest {
    @TempDir
    private Path root;

    @Test
    void replicasThatAreMadeAtTheSameTimeDoNotTripOverTheFoldersThatTheyAllRemove() {
        ReplicaFolders folders = new ReplicaFolders(root, 3, 1_000);
        assertThatCode(() -> LongStream.range(0, 500).parallel().forEach(replica -> {
                    folders.release(folders.create(replica));
                }))
                .doesNotThrowAnyException();
        folders.create(500);
        assertThat(listed(root)).hasSize(4);
    }

    @Test
    void eachStartHasAFolderOfItsOwnAndTheNewestOutputIsThatOfTheReplica() {
        ReplicaFolders folders = new ReplicaFolders(root, 50, 1_000);
        Path first = folders.create(1);
        ReplicaOutput.in(first).print("of another database");
        folders.release(first);

        Path second = folders.create(1);
        ReplicaOutput.in(second).print("of this one");

        assertThat(second).isNotEqualTo(first);
        assertThat(folders.output(1).map(ReplicaOutput::tail)).contains("of this one\n");
        assertThat(ReplicaOutput.in(first).tail()).isEqualTo("of another database\n");
    }

    @Test
    void theFoldersThatWereLeftLongestAgoGoFirstAndThoseInUseStay() throws IOException {
        ReplicaFolders folders = new ReplicaFolders(root, 2, 1_000);
        Path running = folders.create(1);
        List<Path> ended = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path folder = folders.create(10 - i);
            folders.release(folder);
            Files.setLastModifiedTime(folder, FileTime.from(Instant.EPOCH.plusSeconds(i)));
            ended.add(folder);
        }
        Files.setLastModifiedTime(running, FileTime.from(Instant.EPOCH));

        Path next = folders.create(2);

        assertThat(listed(root)).containsExactlyInAnyOrder(running, next, ended.get(2), ended.get(3));
    }

    @Test
    void ofOneThatHasEndedOnlyItsOutputIsLeftAndNothingBehindLinks() throws IOException {
        ReplicaFolders folders = new ReplicaFolders(root.resolve("replicas"), 2, 1_000);
        Path precious = Files.createDirectories(root.resolve("precious"));
        Files.writeString(precious.resolve("file"), "mine");
        Path folder = folders.create(1);
        ReplicaOutput.in(folder).print("said");
        Files.writeString(folder.resolve("hs_err_pid17.log"), "crashed");
        Files.createSymbolicLink(folder.resolve("link"), precious);
        Files.createSymbolicLink(ReplicaFolders.temporary(folder).resolve("link"), precious);
        Files.writeString(folder.resolve("bundle.jar"), "code");

        folders.release(folder);

        assertThat(listed(folder))
                .containsExactlyInAnyOrder(folder.resolve("output.log"), folder.resolve("hs_err_pid17.log"));
        assertThat(precious.resolve("file")).hasContent("mine");
    }

    @Test
    void aFolderThatATaskHasReplacedByALinkIsLeftAlone() throws IOException {
        ReplicaFolders folders = new ReplicaFolders(root.resolve("replicas"), 0, 1_000);
        Path precious = Files.createDirectories(root.resolve("precious/.hearth"));
        Files.writeString(precious.resolve("file"), "mine");
        Path folder = folders.create(1);
        Files.delete(ReplicaFolders.temporary(folder));
        Files.delete(folder);
        Files.createSymbolicLink(folder, precious.getParent());

        folders.release(folder);
        folders.create(2);

        assertThat(precious.resolve("file")).hasContent("mine");
        assertThat(folders.left()).isEmpty();
    }

    @Test
    void outputIsCutWhileItIsWrittenToAndWhoWritesGoesOnBehindIt() throws IOException {
        ReplicaFolders folders = new ReplicaFolders(root, 2, 1_000);
        Path folder = folders.create(1);
        ReplicaOutput output = ReplicaOutput.in(folder);
        output.print("x".repeat(5_000));
        output.print("the end");

        folders.cutOutputs();
        output.print("and on");

        assertThat(output.file()).content().startsWith("[cut: 4509 bytes").endsWith("the end\nand on\n");
        assertThat(Files.size(output.file())).isLessThan(1_000);
    }

    @Test
    void anOutputThatATaskHasReplacedByALinkIsNotCut() throws IOException {
        ReplicaFolders folders = new ReplicaFolders(root.resolve("replicas"), 2, 10);
        Path precious = Files.writeString(root.resolve("precious"), "much more than ten bytes");
        Path folder = folders.create(1);
        Files.createSymbolicLink(ReplicaOutput.in(folder).file(), precious);

        folders.cutOutputs();

        assertThat(precious).hasContent("much more than ten bytes");
    }

    private static List<Path> listed(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
