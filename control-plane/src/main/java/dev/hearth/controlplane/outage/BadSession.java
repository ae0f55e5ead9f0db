package dev.hearth.controlplane.outage;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;

/**
 * Tells from PostgreSQL's codes whether a failure belongs to the session or its server, so that another session may do better,
 * or to what was asked. The pools throw away a session that has answered with one of the former: by themselves they would keep
 * one that a failover has made read-only, and hand it out again and again.
 */
public final class BadSession implements SQLExceptionOverride {
    /**
     * Classes of codes: 08 connection, 28 login, 3D and 3F database and schema, 53 resources, 58 input and output, F0 configuration.
     * XX, internal errors, too: what a server caches for a session may be what is broken.
     */
    private static final Set<String> CLASSES = Set.of("08", "28", "3D", "3F", "53", "58", "F0", "XX");

    /**
     * Read-only since a failover or by a setting; ended for idleness; stopped, crashed or starting; database dropped; ended for having
     * been idle. Then rights and roles: revoked, and what is not there in the schema that a changed role sees.
     */
    private static final Set<String> CODES = Set.of(
            "25006", "25P03", "25P04", "57P01", "57P02", "57P03", "57P04", "57P05", "42501", "42P01", "42704", "0P000");

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return isBad(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }

    /** Whether the database, rather than what was asked of it, is why this failed. */
    public static boolean isBehind(Throwable failure) {
        return of(failure) != null;
    }

    /** The innermost failure that says so; null if none does. */
    static @Nullable SQLException of(Throwable failure) {
        SQLException found = null;
        Throwable each = failure;
        for (int depth = 0; each != null && depth < 20; depth++) {
            if (each instanceof SQLException sql && isBad(sql)) {
                found = sql;
            }
            // A session that was thrown away cannot roll back, and that failure hides the one before it.
            each = each instanceof TransactionSystemException system && system.getApplicationException() != null
                    ? system.getApplicationException()
                    : each.getCause();
        }
        return found;
    }

    private static boolean isBad(SQLException failure) {
        String code = failure.getSQLState();
        return code != null && code.length() == 5 && (CLASSES.contains(code.substring(0, 2)) || CODES.contains(code));
    }
}
