package dev.hearth.controlplane.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Named files as objects of a bucket that speaks S3. */
final class S3Files implements NamedFiles {
    private final S3Client s3;
    private final String bucket;
    private final String prefix;
    private final Path spool;

    /**
     * @param prefix of the keys: empty, or ends with a slash
     * @param spool local folder for what is being received: a bucket wants to know the length before
     * @throws StorageException if the bucket cannot be used: better at the start than with the first file
     */
    S3Files(S3Client s3, String bucket, String prefix, Path spool) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
        this.spool = spool;
        ask(
                "use the bucket",
                () -> s3.listObjectsV2(
                        request -> request.bucket(bucket).prefix(prefix).maxKeys(1)));
    }

    @Override
    public String address(String name) {
        return root() + NamedFiles.checked(name);
    }

    private String root() {
        return "s3://" + bucket + "/" + prefix;
    }

    @Override
    public void write(String name, InputStream content) {
        String key = prefix + NamedFiles.checked(name);
        try {
            Files.createDirectories(spool);
            Path part = Files.createTempFile(spool, "file-", ".part");
            try {
                Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
                ask(
                        "write " + name,
                        () -> s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromFile(part)));
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new StorageException("Cannot write " + address(name), e);
        }
    }

    @Override
    public Optional<byte[]> read(String address, long most) {
        if (!address.startsWith(root()) || !NamedFiles.isName(address.substring(root().length()))) {
            return Optional.empty();
        }
        String key = prefix + address.substring(root().length());
        return ask("read " + key, () -> {
            try (ResponseInputStream<GetObjectResponse> object =
                    s3.getObject(request -> request.bucket(bucket).key(key))) {
                long bytes = object.response().contentLength();
                if (bytes > most) {
                    object.abort();
                    throw NamedFiles.tooLong(address, bytes, most);
                }
                return Optional.of(object.readAllBytes());
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new StorageException("Cannot read " + address, e);
            }
        });
    }

    @Override
    public int removeUntouchedSince(Instant then, Predicate<String> kept) {
        return new OldObjects(s3, bucket, prefix)
                .remove(object ->
                        object.lastModified().isBefore(then) && !kept.test("s3://" + bucket + "/" + object.key()));
    }

    private <T> T ask(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (SdkException e) {
            throw new StorageException(
                    "Cannot " + what + " in " + root(), new IOException(String.valueOf(e.getMessage())));
        }
    }
}
