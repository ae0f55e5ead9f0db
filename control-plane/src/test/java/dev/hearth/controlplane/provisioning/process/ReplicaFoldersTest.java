package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaFoldersTest {
    @TempDir
    private Path root;

    @Test
    void replicasThatAreMadeAtTheSameTimeDoNotTripOverTheFoldersThatTheyAllRemove() {
        ReplicaFolders folders = new ReplicaFolders(root, 3);
        assertThatCode(() -> LongStream.range(0, 500).parallel().forEach(replica -> folders.create(replica, Set.of())))
                .doesNotThrowAnyException();
    }
}
