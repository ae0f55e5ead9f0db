package dev.hearth.controlplane.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateHomeTest {
    @Test
    void theDataFolderIsClosedToOthersAlsoOneThatIsThereAndOpen(@TempDir Path folder) throws IOException {
        Path fresh = folder.resolve("a/b");
        PrivateHome.close(fresh);
        assertThat(rights(fresh)).isEqualTo("rwx------");
        Path open = Files.createDirectory(
                folder.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path link = Files.createSymbolicLink(folder.resolve("link"), open);
        PrivateHome.close(link);
        assertThat(rights(open)).isEqualTo("rwx------");
    }

    @Test
    void aFolderForEverybodyStaysOne() throws IOException {
        Path shared = Path.of(System.getProperty("java.io.tmpdir"));
        String before = rights(shared);
        PrivateHome.close(shared);
        PrivateHome.close(Path.of("/"));
        assertThat(rights(shared)).isEqualTo(before);
    }

    private static String rights(Path folder) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
    }
}
