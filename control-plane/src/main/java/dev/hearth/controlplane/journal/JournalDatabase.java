package dev.hearth.controlplane.journal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/**
 * The journal's own connection to the server's database, so that no crowd of readers keeps it waiting. Its statements are
 * few, large and all by key. They are planned once, because planning takes longer than executing. A plan that was made while the
 * tables were empty must still be right when they hold millions of rows: it looks up each row by its index, and never reads or
 * joins whole tables.
 */
@Component
final class JournalDatabase implements AutoCloseable {
    private static final String PLAN_ONCE_AND_BY_INDEX = """
            SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off; SET enable_bitmapscan = off;
            SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off""";

    private final HikariDataSource dataSource;

    JournalDatabase(DataSource server) throws SQLException {
        HikariConfig config = new HikariConfig();
        server.unwrap(HikariDataSource.class).copyStateTo(config);
        config.setPoolName("journal");
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(1);
        config.setConnectionInitSql(PLAN_ONCE_AND_BY_INDEX);
        config.addDataSourceProperty("prepareThreshold", 1);
        this.dataSource = new HikariDataSource(config);
    }

    DataSource dataSource() {
        return dataSource;
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
