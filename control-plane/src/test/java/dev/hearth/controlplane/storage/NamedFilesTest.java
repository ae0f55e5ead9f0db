package dev.hearth.controlplane.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files in a folder and files in a bucket behave alike. */
class NamedFilesTest {
    @TempDir
    private static Path folder;

    private static FakeS3 s3;

    @BeforeAll
    static void start() {
        System.setProperty("aws.accessKeyId", "anybody");
        System.setProperty("aws.secretAccessKey", "no secret");
        s3 = FakeS3.start(folder.resolve("bucket"));
    }

    @AfterAll
    static void stop() {
        s3.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    static Stream<NamedFiles> both() {
        FileStores stores = new FileStores(
                new StorageSettings(
                        "s3://" + FakeS3.BUCKET, URI.create(s3.endpoint().toString())),
                folder);
        return Stream.of(
                stores.open("files", folder.resolve("files").toString()),
                stores.open("files", "s3://" + FakeS3.BUCKET + "/files"));
    }

    @ParameterizedTest
    @MethodSource("both")
    void aFileIsReadAtItsAddress(NamedFiles files) {
        files.write("a/b/c.pb", bytes("first"));
        files.write("a/b/c.pb", bytes("second"));
        assertThat(files.read(files.address("a/b/c.pb"), 1_000_000))
                .hasValueSatisfying(read -> assertThat(read).asString(UTF_8).isEqualTo("second"));
        assertThat(files.read(files.address("a/b/d.pb"), 1_000_000)).isEmpty();
        assertThat(files.read(files.address("a/b"), 1_000_000)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("both")
    void noNameLeadsElsewhere(NamedFiles files) {
        for (String name :
                List.of("", "a//b", "../a", "a/../../b", "a/.", "/etc/passwd", "a\0b", "a/" + "b".repeat(241))) {
            assertThatThrownBy(() -> files.address(name)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> files.write(name, bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        }
        String own = files.address("a");
        for (String address : List.of(
                "",
                "file:///etc/passwd",
                "s3://elsewhere/a",
                own.substring(0, own.length() - 1),
                own.substring(0, own.length() - 2) + "x/a",
                own + "/../../../../../../../../etc/passwd",
                "file://\0")) {
            assertThat(files.read(address, 1_000_000)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void aFileThatIsTooLongIsNotRead(NamedFiles files) {
        files.write("long.pb", bytes("0123456789"));
        String address = files.address("long.pb");
        assertThat(files.read(address, 10)).isPresent();
        assertThatThrownBy(() -> files.read(address, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 10 bytes");
    }

    @Test
    void aFolderKeepsLinksFilesAndFoldersApart() throws IOException {
        NamedFiles files = FileStores.inFolder(folder).openBesideBlobs("linked");
        files.write("a/file", bytes("x"));
        assertThatThrownBy(() -> files.write("a", bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files.write("a/file/b", bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        Files.createSymbolicLink(folder.resolve("linked/a/link"), Path.of("/etc/hostname"));
        assertThat(files.read(files.address("a/link"), 1_000_000)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatBreaksOffHalfwayIsNotThere(NamedFiles files) {
        IOException broken = new IOException("broken off");
        assertThatThrownBy(() -> files.write("half/way.pb", new InputStream() {
                    private int left = 100_000;

                    @Override
                    public int read() throws IOException {
                        if (left-- <= 0) {
                            throw broken;
                        }
                        return 'x';
                    }
                }))
                .isInstanceOf(StorageException.class)
                .hasCause(broken);
        assertThat(files.read(files.address("half/way.pb"), 1_000_000)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatIsOldGoesUnlessItIsKept(NamedFiles files) {
        files.write("old/goes.pb", bytes("x"));
        files.write("old/stays.pb", bytes("x"));
        Instant now = Clock.systemUTC().instant();
        assertThat(files.removeUntouchedSince(now.minus(Duration.ofHours(1)), address -> false))
                .isZero();
        String kept = files.address("old/stays.pb");
        assertThat(files.removeUntouchedSince(now.plus(Duration.ofHours(1)), kept::equals))
                .isPositive();
        assertThat(files.read(files.address("old/goes.pb"), 1_000_000)).isEmpty();
        assertThat(files.read(kept, 1_000_000)).isPresent();
    }

    @Test
    void aBucketThatCannotBeUsedIsSaidAtTheStart() {
        FileStores stores = new FileStores(
                new StorageSettings(
                        "s3://" + FakeS3.BUCKET, URI.create(s3.endpoint().toString())),
                folder);
        assertThatThrownBy(() -> stores.open("files", "s3://no-such-bucket/x"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("s3://no-such-bucket/x");
        assertThatThrownBy(() -> stores.open("hearth.flyte.files", "s3://"))
                .hasMessageContaining("hearth.flyte.files must be a folder, s3://bucket or s3://bucket/prefix");
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
}
