package dev.hearth.controlplane.database;

import dev.hearth.controlplane.outage.Outages;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
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
        return flyway -> flyway.dataSource(new Plainly(
                database.getJdbcUrl(), WritingPool.unpooled(database.getUsername(), database.getPassword())));
    }

    /** Flyway logs the message of each try: of a read-only server the driver's names only a parameter. */
    private static final class Plainly extends DriverManagerDataSource {
        Plainly(String url, Properties own) {
            super(url, own);
        }

        @Override
        protected Connection getConnectionFromDriver(Properties own) throws SQLException {
            try {
                return super.getConnectionFromDriver(own);
            } catch (SQLException e) {
                throw new SQLException(Outages.words(e), e.getSQLState(), e);
            }
        }
    }
}
