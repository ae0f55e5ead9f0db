package dev.hearth.controlplane.storage;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the blob store into the data folder of this server. */
@Configuration(proxyBeanMethods = false)
class StorageConfiguration {

    @Bean
    BlobStore blobStore(@Value("${hearth.home}") Path home) {
        return new BlobStore(home.resolve("blobs"));
    }
}
