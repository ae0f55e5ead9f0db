package dev.hearth.controlplane.storage;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings {@code hearth.storage.*}: where bundles and large payloads are.
 *
 * @param location a folder, or {@code s3://bucket} or {@code s3://bucket/prefix}; all control planes of a database use the same
 * @param s3Endpoint address of a store that speaks S3, e.g. {@code http://minio:9000}; null = Amazon's. Region and credentials are
 *     found as the AWS SDK finds them: {@code AWS_REGION}, {@code AWS_ACCESS_KEY_ID}, a profile, the role of the machine
 */
@ConfigurationProperties("hearth.storage")
record StorageSettings(String location, @Nullable URI s3Endpoint) {
    StorageSettings {
        Location place = Location.of("hearth.storage.location", location);
        if (s3Endpoint != null && s3Endpoint.toString().isEmpty()) {
            s3Endpoint = null;
        }
        if (s3Endpoint != null && (s3Endpoint.getHost() == null || !(place instanceof Location.Bucket))) {
            throw new IllegalArgumentException(
                    "hearth.storage.s3-endpoint must be a URL such as http://minio:9000, and goes with a location that begins with"
                            + " s3://; it was " + s3Endpoint + ", the location " + location);
        }
    }

    Location place() {
        return Location.of("hearth.storage.location", location);
    }
}
