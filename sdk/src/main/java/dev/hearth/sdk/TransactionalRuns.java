package dev.hearth.sdk;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Starts runs inside the caller's own transaction on the database that Hearth uses: the run starts when the transaction commits, and
 * never if it is rolled back. No server needs to be reached; the environment must have been deployed.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * insertOrder(connection, order);
 * String run = TransactionalRuns.submit(connection, SHIP, order, "ship-" + order.id());
 * connection.commit();
 * }</pre>
 *
 * <p>Each method answers the name under which {@link Hearth#find} knows the run a moment after the commit. A refusal (no such
 * environment or task, input too long) is an {@link SQLException} with SQL state 22023 and a sentence; like every failed statement it
 * ends the transaction. An input that the task cannot read fails the run with {@code INVALID_INPUT}.
 */
public final class TransactionalRuns {
    private static final String PROJECT = "default";

    private TransactionalRuns() {}

    /** Starts a run of a task with the commit of this connection. */
    public static <I extends @Nullable Object> String submit(Connection connection, Task<I, ?> task, I input)
            throws SQLException {
        return submit(connection, task, input, null);
    }

    /**
     * As {@link #submit(Connection, Task, Object)}, once for each key: whoever repeats a key gets the name of the same run, also in
     * another transaction.
     *
     * @param idempotencyKey 1 to 200 characters; null = none
     */
    public static <I extends @Nullable Object> String submit(
            Connection connection, Task<I, ?> task, I input, @Nullable String idempotencyKey) throws SQLException {
        if (task.overrides() != null) {
            throw new IllegalArgumentException(task
                    + " has overrides, which a transaction cannot carry; submit the task without, or use Hearth.run");
        }
        return submit(connection, task.environment().name(), task.name(), input, idempotencyKey);
    }

    /**
     * Starts a run of a deployed task by name with the commit of this connection.
     *
     * @param idempotencyKey 1 to 200 characters; null = none
     * @throws IllegalStateException if the connection commits each statement by itself
     */
    public static String submit(
            Connection connection,
            String environment,
            String task,
            @Nullable Object input,
            @Nullable String idempotencyKey)
            throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "this connection has no transaction to take part in: it commits each statement; "
                            + "call setAutoCommit(false) first, or use Hearth.run");
        }
        try (PreparedStatement call = connection.prepareStatement("SELECT hearth_submit(?, ?, ?, ?::text, ?)")) {
            call.setString(1, PROJECT);
            call.setString(2, environment);
            call.setString(3, task);
            call.setString(4, new String(Json.write(input), StandardCharsets.UTF_8));
            call.setString(5, idempotencyKey);
            try (ResultSet name = call.executeQuery()) {
                name.next();
                return name.getString(1);
            }
        }
    }
}
