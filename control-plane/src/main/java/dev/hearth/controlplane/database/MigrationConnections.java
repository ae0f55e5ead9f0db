package dev.hearth.controlplane.database;

import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Gives migrations connections of their own: a statement of theirs may take longer than the server's pool allows, and a pooled connection
 * that was set free of the limit would come back to the pool without it.
 */
@Configuration(proxyBeanMethods = false)
class MigrationConnections {

    @Bean
    FlywayConfigurationCustomizer ownConnections(JdbcConnectionDetails database) {
        // A server that is read-only for a moment is waited for like one that is away.
        return flyway -> flyway.dataSource(new DriverManagerDataSource(
                database.getJdbcUrl(), WritingPool.unpooled(database.getUsername(), database.getPassword())));
    }
}
