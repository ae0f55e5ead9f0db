package dev.hearth.controlplane.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
    private static final String HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void bytesAreFoundUnderTheirHash() {
        BlobStore blobs = BlobStore.in(folder, Clock.systemUTC());
        assertThat(blobs.put(bytes("hello"))).isEqualTo(HELLO);
        assertThat(blobs.put(bytes("hello"))).isEqualTo(HELLO);
        assertThat(blobs.exists(HELLO)).isTrue();
        assertThat(BlobStore.in(folder, Clock.systemUTC()).get(HELLO)).isEqualTo(bytes("hello"));
        assertThat(blobs.put(new byte[0])).startsWith("e3b0c442");
    }

    @Test
    void anUploadThatIsNotKeptLeavesNothing() throws IOException {
        BlobStore blobs = BlobStore.in(folder, Clock.systemUTC());
        try (Upload upload = blobs.receive(new ByteArrayInputStream(bytes("hello")))) {
            assertThat(upload.sha256()).isEqualTo(HELLO);
            assertThat(upload.size()).isEqualTo(5);
        }
        assertThat(blobs.exists(HELLO)).isFalse();
        assertThat(files()).isZero();
    }

    @Test
    void aStreamThatBreaksLeavesNothing() throws IOException {
        BlobStore blobs = BlobStore.in(folder, Clock.systemUTC());
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        assertThatThrownBy(() -> blobs.receive(broken)).hasMessage("gone");
        assertThat(files()).isZero();
    }

    @Test
    void whatIsNotThereIsNamed() {
        BlobStore blobs = BlobStore.in(folder, Clock.systemUTC());
        assertThatThrownBy(() -> blobs.get(HELLO))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(HELLO);
        assertThatThrownBy(() -> blobs.get("../../etc/passwd")).isInstanceOf(IllegalArgumentException.class);
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
