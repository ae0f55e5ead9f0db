package dev.hearth.controlplane.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Keeps blobs as objects of a bucket that speaks S3. Thread-safe. */
final class S3BlobStore implements BlobStore, AutoCloseable {
    private final S3Client s3;
    private final String bucket;
    private final String prefix;
    private final Path uploads;

    /**
     * @param prefix of the keys: empty, or ends with a slash
     * @param uploads local folder for what is received but not kept yet; made if it is missing
     * @throws StorageException if the bucket cannot be used: better at the start than with the first large output
     */
    S3BlobStore(S3Client s3, String bucket, String prefix, Path uploads) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
        this.uploads = uploads;
        try {
            Files.createDirectories(uploads);
        } catch (IOException e) {
            throw new StorageException("Cannot make the folder for uploads: " + uploads, e);
        }
        ask(
                "use the bucket",
                () -> s3.listObjectsV2(
                        request -> request.bucket(bucket).prefix(prefix).maxKeys(1)));
    }

    /** Writes also what is there: its time is what tells that it is still needed. */
    @Override
    public String put(byte[] bytes) {
        String name = Upload.sha256(bytes);
        store(name, RequestBody.fromBytes(bytes));
        return name;
    }

    @Override
    public Upload receive(InputStream bytes) throws IOException {
        return Upload.of(uploads, bytes);
    }

    @Override
    public void keep(Upload upload) {
        store(upload.sha256(), RequestBody.fromFile(upload.file()));
    }

    private void store(String name, RequestBody body) {
        ask(
                "store " + name,
                () -> s3.putObject(request -> request.bucket(bucket).key(key(name)), body));
    }

    @Override
    public byte[] get(String name) {
        return found(
                name,
                () -> s3.getObjectAsBytes(request -> request.bucket(bucket).key(key(name)))
                        .asByteArray());
    }

    @Override
    public InputStream open(String name) {
        return found(name, () -> s3.getObject(request -> request.bucket(bucket).key(key(name))));
    }

    @Override
    public boolean exists(String name) {
        return ask("look for " + name, () -> {
            try {
                s3.headObject(request -> request.bucket(bucket).key(key(name)));
                return true;
            } catch (NoSuchKeyException e) {
                return false;
            }
        });
    }

    @Override
    public int removeUntouchedSince(Instant then, Predicate<String> kept) {
        return new OldObjects(s3, bucket, prefix)
                .remove(object ->
                        object.lastModified().isBefore(then) && isOurs(object.key()) && !kept.test(name(object.key())));
    }

    private boolean isOurs(String key) {
        return BlobStore.isName(name(key)) && key.equals(key(name(key)));
    }

    private String key(String name) {
        BlobStore.requireName(name);
        return prefix + name.substring(0, 2) + "/" + name;
    }

    private static String name(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    private <T> T found(String name, Supplier<T> read) {
        return ask("read " + name, () -> {
            try {
                return read.get();
            } catch (NoSuchKeyException e) {
                throw new UncheckedIOException(
                        "There is no blob " + name + " in s3://" + bucket + "/" + prefix, new IOException(e));
            }
        });
    }

    private <T> T ask(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (SdkException e) {
            throw failed(what, String.valueOf(e.getMessage()));
        }
    }

    private StorageException failed(String what, String why) {
        return new StorageException("Cannot " + what + " in s3://" + bucket + "/" + prefix, new IOException(why));
    }

    @Override
    public void close() {
        s3.close();
    }
}
