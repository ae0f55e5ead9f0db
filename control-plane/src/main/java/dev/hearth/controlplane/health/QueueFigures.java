package dev.hearth.controlplane.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One look at the queue's table and at who holds up its cleaning.
 *
 * @param oldest the transaction that has been open longest, null if there is none
 * @param notifications how full PostgreSQL's queue of notifications is, 0 to 1
 */
record QueueFigures(long liveRows, long deadRows, @Nullable OldTransaction oldest, double notifications) {
    static final QueueFigures NONE = new QueueFigures(0, 0, null, 0);

    /**
     * A transaction that keeps dead rows from being removed.
     *
     * @param transactionsSince how many transactions have begun since: what they left behind cannot be removed
     * @param state as PostgreSQL says it, for example {@code idle in transaction}
     * @param query its last statement, shortened
     */
    record OldTransaction(
            int pid,
            String application,
            String user,
            String state,
            Duration open,
            long transactionsSince,
            String query) {}

    Duration oldestOpen() {
        return oldest == null ? Duration.ZERO : oldest.open();
    }
}
