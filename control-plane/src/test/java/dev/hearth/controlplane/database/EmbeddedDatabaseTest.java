package dev.hearth.controlplane.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

class EmbeddedDatabaseTest {
    /** One for all tests: to unpack PostgreSQL takes longer than anything else here. */
    @TempDir
    static Path home;

    private static Path folder() {
        return home.resolve("postgres");
    }

    @BeforeEach
    void forget() throws IOException {
        FileSystemUtils.deleteRecursively(folder().resolve("data"));
        Files.deleteIfExists(folder().resolve("password"));
    }

    @Test
    void onlyThosePutTheirHandsOnItWhoReadThePasswordInAFileOfTheOwner() throws Exception {
        String password;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThatNobodyGetsInWithoutThePassword(database);
            password = Files.readString(folder().resolve("password"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                    .isEqualTo("rwx------");
            assertThat(password).hasSizeGreaterThan(40).isEqualTo(database.password());
            for (String secret : new String[] {"password", "jdbc-url"}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().resolve(secret))))
                        .isEqualTo("rw-------");
            }
            try (Connection connection = DriverManager.getConnection(Files.readString(folder().resolve("jdbc-url")))) {
                connection.createStatement().execute("CREATE TABLE kept AS SELECT 7 AS seven");
            }
        }
        try (EmbeddedDatabase again = EmbeddedDatabase.start(home)) {
            assertThat(again.password()).isEqualTo(password);
            assertThat(kept(again)).isEqualTo(7);
        }
    }

    @Test
    void dataOfAVersionThatTrustedEverybodyGetAPasswordBeforeTheirServerListens() throws Exception {
        Files.createDirectories(folder());
        try (EmbeddedPostgres trusting = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(folder().toFile())
                        .setDataDirectory(folder().resolve("data"))
                        .setCleanDataDirectory(false)
                        .start();
                Connection connection = DriverManager.getConnection(trusting.getJdbcUrl("postgres", "postgres"))) {
            connection.createStatement().execute("CREATE TABLE kept AS SELECT 7 AS seven");
        }
        Path rules = folder().resolve("data/pg_hba.conf");
        Files.writeString(rules, Files.readString(rules) + "host shop shopkeeper 10.0.0.0/8 md5\n");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThatNobodyGetsInWithoutThePassword(database);
            assertThat(kept(database)).isEqualTo(7);
        }
        assertThat(Files.readAllLines(rules))
                .filteredOn(line -> !line.startsWith("#") && !line.isBlank())
                .contains("host shop shopkeeper 10.0.0.0/8 md5")
                .noneMatch(line -> line.contains("trust"));
    }

    @Test
    void aLostPasswordFileOrALostDataFolderMeansANewPassword() throws Exception {
        EmbeddedDatabase.start(home).close();
        Files.delete(folder().resolve("password"));
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThatNobodyGetsInWithoutThePassword(database);
        }
        assertThat(FileSystemUtils.deleteRecursively(folder().resolve("data"))).isTrue();
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThatNobodyGetsInWithoutThePassword(database);
        }
    }

    private static int kept(EmbeddedDatabase database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), "postgres", database.password());
                var row = connection.createStatement().executeQuery("SELECT seven FROM kept")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void assertThatNobodyGetsInWithoutThePassword(EmbeddedDatabase database) throws SQLException {
        for (String password : new String[] {"", "postgres", "wrong"}) {
            assertThatThrownBy(() -> DriverManager.getConnection(database.jdbcUrl(), "postgres", password)
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
        DriverManager.getConnection(database.jdbcUrl(), "postgres", database.password())
                .close();
    }
}
