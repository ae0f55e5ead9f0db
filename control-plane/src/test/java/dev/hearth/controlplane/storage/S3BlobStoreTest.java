package dev.hearth.controlplane.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blobs in a bucket behave as blobs in a folder do. */
class S3BlobStoreTest {
    private static final String HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir
    private static Path folder;

    private static FakeS3 s3;

    @BeforeAll
    static void start() {
        System.setProperty("aws.accessKeyId", "anybody");
        System.setProperty("aws.secretAccessKey", "no secret");
        s3 = FakeS3.start(folder);
    }

    @AfterAll
    static void stop() {
        s3.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void bytesAreFoundUnderTheirHash() throws IOException {
        BlobStore blobs = store("/first/");
        assertThat(blobs.exists(HELLO)).isFalse();
        assertThat(blobs.put(bytes("hello"))).isEqualTo(HELLO);
        assertThat(blobs.put(bytes("hello"))).isEqualTo(HELLO);
        assertThat(blobs.exists(HELLO)).isTrue();
        assertThat(store("/first").get(HELLO)).isEqualTo(bytes("hello"));
        try (InputStream opened = blobs.open(HELLO)) {
            assertThat(opened.readAllBytes()).isEqualTo(bytes("hello"));
        }
        assertThat(store("/second").exists(HELLO)).as("another prefix").isFalse();
        byte[] large = new byte[8 << 20];
        new Random(7).nextBytes(large);
        assertThat(blobs.get(blobs.put(large))).isEqualTo(large);
    }

    @Test
    void whatIsReceivedIsABlobOnceItIsKept() throws IOException {
        BlobStore blobs = store("/uploads");
        try (Upload upload = blobs.receive(new ByteArrayInputStream(bytes("hello")))) {
            assertThat(upload.sha256()).isEqualTo(HELLO);
            assertThat(blobs.exists(HELLO)).isFalse();
            blobs.keep(upload);
        }
        assertThat(blobs.get(HELLO)).isEqualTo(bytes("hello"));
        try (Stream<Path> left = Files.list(folder.resolve("home/uploads"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whatIsNotThereIsNamed() {
        BlobStore blobs = store("");
        assertThatThrownBy(() -> blobs.get(HELLO))
                .isInstanceOf(UncheckedIOException.class)
                .isNotInstanceOf(StorageException.class)
                .hasMessage("There is no blob " + HELLO + " in s3://hearth/");
        assertThatThrownBy(() -> blobs.get("../../etc/passwd")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatNobodyHasStoredSinceGoesHoweverMuchItIs() {
        BlobStore blobs = store("/old");
        BlobStore neighbour = store("/old-neighbour");
        neighbour.put(bytes("a neighbour's"));
        List<String> names = IntStream.range(0, 1_100)
                .parallel()
                .mapToObj(i -> blobs.put(bytes("number " + i)))
                .toList();
        Instant past = Instant.now().minusSeconds(3_600);
        Instant later = Instant.now().plusSeconds(3_600);

        assertThat(blobs.removeUntouchedSince(past, name -> false)).isZero();
        assertThat(blobs.removeUntouchedSince(later, names.getFirst()::equals)).isEqualTo(1_099);
        assertThat(blobs.exists(names.getFirst())).isTrue();
        assertThat(blobs.exists(names.getLast())).isFalse();
        assertThat(neighbour.removeUntouchedSince(later, name -> false)).isEqualTo(1);
    }

    @Test
    void aBucketThatCannotBeUsedIsToldAtTheStart() {
        assertThatThrownBy(() -> store(new StorageSettings("s3://nobody-has-this", s3.endpoint())))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("s3://nobody-has-this/");
    }

    @Test
    void aStoreThatIsAwayIsToldAsSuch() {
        try (FakeS3 another = FakeS3.start(folder.resolve("another"))) {
            BlobStore blobs = store(new StorageSettings("s3://hearth", another.endpoint()));
            another.close();
            assertThatThrownBy(() -> blobs.put(bytes("hello"))).isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> blobs.get(HELLO)).isInstanceOf(StorageException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://", "s3:///prefix"})
    void aLocationWithoutABucketIsRefused(String location) {
        assertThatThrownBy(() -> new StorageSettings(location, null)).hasMessageContaining("s3://bucket/prefix");
    }

    @Test
    void anEndpointBesideAFolderIsRefused() {
        assertThatThrownBy(() -> new StorageSettings("blobs", URI.create("http://minio:9000")))
                .hasMessageContaining("goes with a location that begins with s3://");
    }

    private static BlobStore store(String prefix) {
        return store(new StorageSettings("s3://" + FakeS3.BUCKET + prefix, s3.endpoint()));
    }

    private static BlobStore store(StorageSettings settings) {
        return new StorageConfiguration().blobStore(settings, folder.resolve("home"), Clock.systemUTC());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
