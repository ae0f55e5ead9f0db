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
import org.flywaydb.core.Flyway;
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

    public record Database(String name, String url, String user, String password) {
        /**
         * Whoever makes many gives them back: files go quickly while they are young, and those of a hundred databases keep the
         * end of the JVM waiting for half a minute.
         */
        public void drop() {
            execute(Server.ONLY, "DROP DATABASE " + name + " WITH (FORCE)");
        }
    }

    /** Migrated once in this JVM: to copy it takes a fraction of the time. */
    private static final class Migrated {
        static final Database TEMPLATE = make();

        private static Database make() {
            Database database = fresh();
            Flyway.configure()
                    .dataSource(database.url(), database.user(), database.password())
                    .locations("classpath:db/migrations")
                    .load()
                    .migrate();
            return database;
        }
    }

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
        return copyOf("template1");
    }

    /** With the engine's tables. */
    public static Database migrated() {
        return copyOf(Migrated.TEMPLATE.name());
    }

    private static Database copyOf(String template) {
        Server server = Server.ONLY;
        String name = "test" + COUNT.incrementAndGet();
        execute(server, "CREATE DATABASE " + name + " TEMPLATE " + template);
        return new Database(name, server.url().apply(name), server.user(), server.password());
    }

    private static void execute(Server server, String command) {
        try (Connection connection =
                        DriverManager.getConnection(server.url().apply("postgres"), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot " + command, e);
        }
    }
}
