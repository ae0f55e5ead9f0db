package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.signals.Bell;
import dev.hearth.controlplane.signals.Signals;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Reads a log from a position on and waits for what is still to come. The writer rings after its commits; what another control
 * plane writes is found by a slow look. A reader that cannot keep up holds one page, and no connection while it waits.
 */
@Component
class LogReader {
    private static final Duration SLOW_LOOK = Duration.ofSeconds(1);

    /** Proxies cut a connection that says nothing for longer. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /** For lines of an ended action that are on their way into the database. */
    private static final Duration LAST_LINES = Duration.ofSeconds(2);

    private final LogStore store;
    private final LogWriter writer;
    private final Followers followers;
    private final Feed feed;
    private final Signals signals;
    private final Clock clock;

    LogReader(LogStore store, LogWriter writer, Followers followers, Feed feed, Signals signals, Clock clock) {
        this.store = store;
        this.writer = writer;
        this.followers = followers;
        this.feed = feed;
        this.signals = signals;
        this.clock = clock;
    }

    /** An action with a log. */
    record Source(long id, String run, String action) {}

    /** Where the lines go. Called by one thread. */
    interface Sink {
        void line(Position position, LogLineView line) throws IOException;

        /** What was said so far should arrive. */
        void flush() throws IOException;

        /** Nothing was said for a while. */
        void silence() throws IOException;

        /** All that was asked for has been said. */
        void end() throws IOException;

        /** The database is away. */
        void breakOff() throws IOException;
    }

    /** Throws a problem if there is no such action. */
    Source find(String run, String action) {
        long id = store.action(run, action)
                .orElseThrow(
                        () -> ProblemException.notFound("There is no action '" + action + "' in a run '" + run + "'."));
        return new Source(id, run, action);
    }

    /** All lines behind {@code from}; with {@code follow} also those to come, until the action has ended. */
    void read(Source source, Position from, boolean follow, Sink sink) throws IOException, InterruptedException {
        Bell bell = new Bell();
        try (Followers.Following lines = followers.follow(source.id(), bell);
                Feed.Subscription ends =
                        feed.subscribe(source.run(), change -> ringFor(source, change, bell), bell::ring)) {
            Position at = from;
            long spokenAt = System.nanoTime();
            sink.flush();
            while (true) {
                // Looked at before the lines: those written before the end are read after it.
                boolean last = !follow || hasEnded(source);
                if (last) {
                    writer.settle(LAST_LINES);
                }
                Position before = at;
                at = send(source, at, sink);
                if (last) {
                    sink.end();
                }
                if (!at.equals(before) || last) {
                    sink.flush();
                    spokenAt = System.nanoTime();
                }
                if (last || !followers.isRunning()) {
                    return;
                }
                bell.await(SLOW_LOOK);
                if (System.nanoTime() - spokenAt > KEEP_ALIVE.toNanos()) {
                    sink.silence();
                    sink.flush();
                    spokenAt = System.nanoTime();
                }
            }
        }
    }

    private static void ringFor(Source source, ActionChange change, Bell bell) {
        if (change.name().equals(source.action())) {
            bell.ring();
        }
    }

    /** When its replica may be connected to another control plane, the last lines have a moment to be written there. */
    private boolean hasEnded(Source source) {
        Duration moment = signals.news().isHeard() ? SLOW_LOOK : Duration.ZERO;
        return store.hadEnded(source.id(), clock.instant().minus(moment));
    }

    private Position send(Source source, Position from, Sink sink) throws IOException {
        Position at = from;
        // The chunk in which the reader stopped is read again, and what is known of it passed over.
        List<LogStore.Stored> page = store.after(source.id(), at.lines() > 0 ? at.chunk() - 1 : at.chunk());
        while (!page.isEmpty()) {
            for (LogStore.Stored chunk : page) {
                int known = chunk.id() == at.chunk() ? at.lines() : 0;
                for (int i = known; i < chunk.lines().size(); i++) {
                    sink.line(new Position(chunk.id(), i + 1), chunk.lines().get(i));
                }
                at = new Position(chunk.id(), 0);
            }
            page = store.after(source.id(), at.chunk());
        }
        return at;
    }
}
