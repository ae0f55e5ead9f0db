package dev.hearth.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
    @Test
    void theSameFilesGiveTheSameBytesWheneverAndWhereverTheyArePacked(@TempDir Path one, @TempDir Path other)
            throws Exception {
        for (Path folder : List.of(one, other)) {
            Files.createDirectories(folder.resolve("b"));
            Files.writeString(folder.resolve("b/second.txt"), "2");
            Files.writeString(folder.resolve("a.txt"), "1");
        }
        Files.setLastModifiedTime(other.resolve("a.txt"), FileTime.fromMillis(1_000_000));

        byte[] packed = Bundle.pack(one);

        assertThat(packed).isEqualTo(Bundle.pack(other));
        assertThat(names(packed)).containsExactly("a.txt", "b/second.txt");
    }

    @Test
    void theClassFolderOfAnEnvironmentIsPacked() throws Exception {
        assertThat(names(Bundle.of(BundleTest.class))).contains("dev/hearth/sdk/BundleTest.class");
    }

    private static List<String> names(byte[] jar) throws Exception {
        List<String> names = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }
}
