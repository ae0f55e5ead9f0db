package dev.hearth.controlplane;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A real PostgreSQL for the tests of one JVM, with a fresh database for each who asks. The one place that decides which: a
 * container where a Docker engine and the image answer, else the embedded one. {@code HEARTH_TEST_DATABASE} set to
 * {@code docker} or {@code embedded} decides by hand.
 */
public final class TestDatabase {
    private static final String IMAGE = "postgres:18";
    private static final AtomicInteger COUNT = new AtomicInteger();

    public record Database(String url, String user, String password) {}

    /** A server: how to reach one of its databases. */
    private record Server(UnaryOperator<String> url, String user, String password) {
        static final Server ONLY = choose();

        private static Server choose() {
            String wanted = System.getenv().getOrDefault("HEARTH_TEST_DATABASE", "");
            boolean mayUseDocker = !wanted.equals("embedded");
            if (mayUseDocker
                    && (wanted.equals("docker")
                            || DockerClientFactory.instance().isDockerAvailable())) {
                try {
                    return container();
                } catch (RuntimeException e) {
                    if (wanted.equals("docker")) {
                        throw e;
                    }
                }
            }
            return embedded();
        }

        private static Server container() {
            PostgreSQLContainer container = new PostgreSQLContainer(IMAGE);
            container.start();
            String base = "jdbc:postgresql://" + container.getHost() + ":" + container.getFirstMappedPort() + "/";
            return new Server(name -> base + name, container.getUsername(), container.getPassword());
        }

        private static Server embedded() {
            try {
                EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
                return new Server(name -> postgres.getJdbcUrl("postgres", name), "postgres", "postgres");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private TestDatabase() {}

    public static Database fresh() {
        Server server = Server.ONLY;
        String name = "test" + COUNT.incrementAndGet();
        try (Connection connection =
                        DriverManager.getConnection(server.url().apply("postgres"), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot make a database for a test", e);
        }
        return new Database(server.url().apply(name), server.user(), server.password());
    }
}
