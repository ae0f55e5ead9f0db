package dev.hearth.controlplane.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.database.WritingPool;
import dev.hearth.controlplane.outage.Outages;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.stereotype.Component;

/**
 * LISTEN and NOTIFY on connections of their own: a notification takes a lock of the whole database at its commit, which
 * must hold up nobody's work. They are made when they are needed: one for each channel that is listened to, one to send.
 */
@Component
public final class Wire implements AutoCloseable {
    /** On which control planes talk to each other. */
    static final String PEERS = "hearth";

    private static final int CONNECTIONS = 3;
    private static final Duration UNUSED = Duration.ofSeconds(30);

    private final HikariDataSource connections;

    /** Counts outages: who listens since before the last may listen to a server that nobody speaks to any more. */
    private final AtomicInteger outage = new AtomicInteger();

    Wire(DataSource server, Outages outages) throws SQLException {
        HikariConfig config = WritingPool.beside(server, "wire", CONNECTIONS, 0);
        config.setIdleTimeout(UNUSED.toMillis());
        config.setInitializationFailTimeout(-1);
        this.connections = new HikariDataSource(config);
        outages.onChange(() -> {
            outage.incrementAndGet();
            connections.getHikariPoolMXBean().softEvictConnections();
        });
    }

    void send(String text) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement notify = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
            notify.setString(1, PEERS);
            notify.setString(2, text);
            notify.execute();
        }
    }

    /** Hears what is sent from now on, its own messages too. The channel is a plain lower-case word. */
    public Ear listen(String channel) throws SQLException {
        int since = outage.get();
        Connection connection = connections.getConnection();
        try (Statement listen = connection.createStatement()) {
            listen.execute("LISTEN " + channel);
            return new Ear(connection, since);
        } catch (SQLException e) {
            connections.evictConnection(connection);
            throw e;
        }
    }

    /** A connection that listens. */
    public final class Ear implements AutoCloseable {
        private final Connection connection;
        private final int since;

        private Ear(Connection connection, int since) {
            this.connection = connection;
            this.since = since;
        }

        /** Waits until something comes, at most {@code patience}. */
        public List<String> await(Duration patience) throws SQLException {
            if (since != outage.get()) {
                throw new SQLException("the database was away, it is listened to anew", "08006");
            }
            PGNotification[] heard =
                    connection.unwrap(PGConnection.class).getNotifications(Math.toIntExact(patience.toMillis()));
            return heard == null
                    ? List.of()
                    : Stream.of(heard).map(PGNotification::getParameter).toList();
        }

        /** A connection that has listened is of no use to others. */
        @Override
        public void close() {
            connections.evictConnection(connection);
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
