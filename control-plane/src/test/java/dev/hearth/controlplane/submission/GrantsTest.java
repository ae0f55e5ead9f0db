package dev.hearth.controlplane.submission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.TestDatabase.Database;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class GrantsTest {
    /** The function was made anew for inputs as they are written. */
    @Test
    void whoMightSubmitBeforeAnUpdateMayDoSoAfterIt() {
        Database database = TestDatabase.fresh();
        JdbcClient sql =
                JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password()));
        migrate(database, "11");
        String role = "clerk_" + database.name().replaceAll("\\W", "");
        sql.sql("CREATE ROLE " + role).update();
        sql.sql("GRANT EXECUTE ON FUNCTION hearth_submit TO " + role).update();

        migrate(database, "12");

        assertThat(sql.sql("""
                        SELECT has_function_privilege(?, p.oid, 'EXECUTE') AND NOT has_function_privilege('pg_monitor', p.oid, 'EXECUTE')
                        FROM pg_proc p WHERE proname = 'hearth_submit'""").param(role).query(Boolean.class).single()).isTrue();
        database.drop();
    }

    private static void migrate(Database database, String version) {
        Flyway.configure()
                .dataSource(database.url(), database.user(), database.password())
                .locations("classpath:db/migrations")
                .target(version)
                .load()
                .migrate();
    }
}
