package dev.hearth.controlplane.outage;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Knows whether the database can be written to. The journal tells it, which writes each second; whatever else fails meanwhile is
 * counted and not said again. Thread-safe.
 */
@Component
public final class Outages {
    private static final Logger log = LoggerFactory.getLogger(Outages.class);

    /** An outage of the database. */
    public record Away(Instant since, String why) {}

    private final Clock clock;
    private final Trouble database = new Trouble(log, "The database cannot be written to, runs and reports wait");
    private final Map<String, Trouble> loops = new ConcurrentHashMap<>();
    private final List<Runnable> renewals = new CopyOnWriteArrayList<>();
    private volatile @Nullable Away away;
    private volatile Instant settledSince;

    public Outages(Clock clock) {
        this.clock = clock;
        this.settledSince = clock.instant();
    }

    /**
     * Is done when an outage begins and when it is over: other sessions may still be those of a server that has been replaced, and
     * would go on to read there.
     */
    public void onChange(Runnable renewal) {
        renewals.add(renewal);
    }

    /** The journal could not write. Answers since when: it may have waited long for this failure. */
    public Away cannotWrite(Throwable failure, Instant triedAt) {
        Away now = away;
        boolean begins = now == null;
        now = new Away(now == null ? triedAt : now.since(), words(failure));
        away = now;
        database.failed(now.why());
        if (begins) {
            renewals.forEach(Runnable::run);
        }
        return now;
    }

    /** The journal has written. */
    public void written() {
        if (away != null) {
            settledSince = clock.instant();
            away = null;
            database.over("The database can be written to again");
            renewals.forEach(Runnable::run);
        }
    }

    /** Of the engine, by which outages are measured. */
    public Clock clock() {
        return clock;
    }

    /** A round of a loop has failed. */
    public void failed(String loop, Throwable failure) {
        failed(loop, words(failure));
    }

    /** As {@link #failed(String, Throwable)}. */
    public void failed(String loop, String why) {
        if (away != null) {
            database.alsoFailed();
        } else {
            loops.computeIfAbsent(loop, name -> new Trouble(log, name + " failed, and is tried again"))
                    .failed(why);
        }
    }

    /** A round of a loop went well. */
    public void went(String loop) {
        Trouble trouble = loops.get(loop);
        if (trouble != null) {
            trouble.over(loop + " goes again");
        }
    }

    public Optional<Away> database() {
        return Optional.ofNullable(away);
    }

    /**
     * Since when the database has been there. Leases that ran out before, because nobody could renew them, say nothing yet.
     */
    public Instant settledSince() {
        return away == null ? settledSince : clock.instant();
    }

    /** Whether the database has been there for so long that leases in it tell the truth. */
    public boolean isSettled(Duration lease) {
        return clock.instant().isAfter(settledSince().plus(lease));
    }

    /** What the failure says that is nearest to its cause, without the statement that met it. */
    public static String words(Throwable failure) {
        SQLException bad = BadSession.of(failure);
        if (bad == null) {
            return failure.toString().lines().findFirst().orElse("");
        }
        String message = String.valueOf(bad.getMessage()).lines().findFirst().orElse("");
        return message.contains("targetServerType")
                ? "the server at its address is read-only: a standby, or default_transaction_read_only is on"
                : message + " (SQLSTATE " + bad.getSQLState() + ")";
    }
}
