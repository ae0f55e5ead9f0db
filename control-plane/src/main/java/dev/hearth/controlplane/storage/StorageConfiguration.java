package dev.hearth.controlplane.storage;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Puts the blob store into the data folder of this server, into a folder that several share, or into a bucket. */
@Configuration(proxyBeanMethods = false)
class StorageConfiguration {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    @Bean
    BlobStore blobStore(StorageSettings settings, @Value("${hearth.home}") Path home, Clock clock) {
        return switch (settings.place()) {
            case Location.Bucket bucket ->
                new S3BlobStore(client(settings), bucket.name(), bucket.prefix(), home.resolve("uploads"));
            case Location.Folder folder -> new FolderBlobStore(folder.path(), clock);
        };
    }

    @Bean
    FileStores fileStores(StorageSettings settings, @Value("${hearth.home}") Path home) {
        return new FileStores(settings, home);
    }

    static S3Client client(StorageSettings settings) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_WITHIN)
                        .socketTimeout(ANSWER_WITHIN))
                .region(region(settings))
                // Not every store that speaks S3 knows the newer checksums.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        if (settings.s3Endpoint() != null) {
            builder.endpointOverride(settings.s3Endpoint()).forcePathStyle(true);
        }
        return builder.build();
    }

    /** Stores with an address of their own have no regions, but the signature wants one. */
    private static Region region(StorageSettings settings) {
        try {
            return new DefaultAwsRegionProviderChain().getRegion();
        } catch (SdkClientException e) {
            if (settings.s3Endpoint() == null) {
                throw e;
            }
            return Region.US_EAST_1;
        }
    }
}
