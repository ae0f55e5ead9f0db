package dev.hearth.controlplane.database;

import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.outage.Outages;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A few connections for what keeps control planes, replicas and processes alive: leases must not end because a crowd of readers
 * holds every connection of the server's pool. For stores that take part in nobody's transaction.
 */
@Configuration(proxyBeanMethods = false)
class EngineConnections {
    private static final int MOST = 4;

    @Bean(defaultCandidate = false)
    @Qualifier("engine")
    HikariDataSource engineConnectionPool(DataSource server, Outages outages) throws SQLException {
        HikariDataSource own = new HikariDataSource(WritingPool.beside(server, "engine", MOST, 1));
        outages.onChange(() -> own.getHikariPoolMXBean().softEvictConnections());
        HikariDataSource readers = server.unwrap(HikariDataSource.class);
        outages.onChange(() -> readers.getHikariPoolMXBean().softEvictConnections());
        return own;
    }

    @Bean(defaultCandidate = false)
    @Qualifier("engine")
    JdbcClient engineClient(@Qualifier("engine") HikariDataSource connections) {
        return JdbcClient.create(connections);
    }
}
