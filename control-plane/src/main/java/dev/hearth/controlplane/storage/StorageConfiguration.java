package dev.hearth.controlplane.storage;

import java.nio.file.Path;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the blob store into the data folder of this server, or where several servers share it. */
@Configuration(proxyBeanMethods = false)
class StorageConfiguration {

    @Bean
    BlobStore blobStore(@Value("${hearth.storage.folder}") Path folder, Clock clock) {
        return new BlobStore(folder, clock);
    }
}
