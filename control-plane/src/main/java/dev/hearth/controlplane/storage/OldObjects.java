package dev.hearth.controlplane.storage;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Removes objects of a bucket, a thousand at a time, each thousand right after it was listed. S3 has no way to delete only what is still
 * old, so what is stored again in the moment between the two goes all the same: it must have been of no use to anybody until then.
 *
 * @param prefix of the keys
 */
record OldObjects(S3Client s3, String bucket, String prefix) {
    /**
     * Answers how many.
     *
     * @throws StorageException if some could not be removed
     */
    int remove(Predicate<S3Object> old) {
        try {
            return s3.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix)).stream()
                    .mapToInt(page -> remove(page.contents().stream()
                            .filter(old)
                            .map(object ->
                                    ObjectIdentifier.builder().key(object.key()).build())
                            .toList()))
                    .sum();
        } catch (SdkException e) {
            throw failed("remove old objects", String.valueOf(e.getMessage()));
        }
    }

    private int remove(List<ObjectIdentifier> old) {
        if (old.isEmpty()) {
            return 0;
        }
        List<S3Error> faults = s3.deleteObjects(
                        request -> request.bucket(bucket).delete(what -> what.objects(old)))
                .errors();
        if (!faults.isEmpty()) {
            S3Error first = faults.getFirst();
            throw failed(
                    "remove " + faults.size() + " of " + old.size() + " objects", first.code() + " " + first.message());
        }
        return old.size();
    }

    private StorageException failed(String what, String why) {
        return new StorageException("Cannot " + what + " in s3://" + bucket + "/" + prefix, new IOException(why));
    }
}
