package dev.hearth.controlplane.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.outage.BadSession;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Pools beside the server's own, of sessions that can write: the driver refuses, when it makes one, a server that is read-only, and
 * takes the next of the hosts that the URL names.
 */
public final class WritingPool {
    private static final String TARGET = "targetServerType";

    private WritingPool() {}

    /** The settings of the server's pool, under another name and with other bounds. */
    public static HikariConfig beside(DataSource server, String name, int most, int idle) throws SQLException {
        HikariConfig config = new HikariConfig();
        server.unwrap(HikariDataSource.class).copyStateTo(config);
        Properties own = new Properties();
        own.putAll(config.getDataSourceProperties());
        own.setProperty(TARGET, "primary");
        config.setDataSourceProperties(own);
        config.setExceptionOverrideClassName(BadSession.class.getName());
        config.setPoolName(name);
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(idle);
        return config;
    }

    /** The same for connections that belong to no pool, and whose statements may take as long as they need. */
    static Properties unpooled(@Nullable String user, @Nullable String password) {
        Properties own = new Properties();
        // The URL may have them.
        if (user != null) {
            own.setProperty("user", user);
        }
        if (password != null) {
            own.setProperty("password", password);
        }
        own.setProperty(TARGET, "primary");
        own.setProperty("tcpKeepAlive", "true");
        return own;
    }
}
