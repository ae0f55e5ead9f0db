package dev.hearth.controlplane.journal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hearth.controlplane.database.WritingPool;
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

    /** What a session that was cut off has locked is free again by the time that the next one needs it. */
    private static final String LEAVE_NO_LOCKS = """
            ; SET idle_in_transaction_session_timeout = '20s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;
            SET tcp_keepalives_count = 2; SET tcp_user_timeout = '20s'""";

    private final HikariDataSource dataSource;

    JournalDatabase(DataSource server) throws SQLException {
        HikariConfig config = WritingPool.beside(server, "journal", 1, 1);
        config.setConnectionInitSql(PLAN_ONCE_AND_BY_INDEX + LEAVE_NO_LOCKS);
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
