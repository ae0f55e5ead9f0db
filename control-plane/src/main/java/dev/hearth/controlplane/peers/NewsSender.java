package dev.hearth.controlplane.peers;

import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.signals.News;
import dev.hearth.controlplane.signals.Signals;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Tells the other control planes what has happened here: one message for all that gathered since the last. */
@Component
final class NewsSender implements SmartLifecycle {
    /** Of this life of the control plane, by which it knows its own messages. */
    static final String SELF = UUID.randomUUID().toString();

    /** At most forty messages a second, whatever happens. A lone one never waits. */
    private static final Duration SHORTEST_GAP = Duration.ofMillis(25);

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String LOOP = "News to other control planes";

    private final Wire wire;
    private final News news;
    private final Outages outages;
    private volatile boolean running;
    private @Nullable Thread thread;

    NewsSender(Wire wire, Signals signals, Feed feed, Outages outages) {
        this.wire = wire;
        this.news = signals.news();
        this.outages = outages;
        feed.subscribe(this::committed);
    }

    /** On the journal's thread. */
    private void committed(List<ActionChange> changes) {
        List<ActionChange> ended =
                changes.stream().filter(change -> change.outcome() != null).toList();
        if (!ended.isEmpty()) {
            news.ended(ended.stream()
                    .filter(change -> change.parent() == null)
                    .map(ActionChange::run)
                    .toList());
        }
    }

    private void loop() {
        while (running) {
            try {
                News.Gathered gathered = news.await(PATIENCE);
                if (!gathered.kinds().isEmpty()) {
                    wire.send(new Telegram(SELF, gathered).write());
                    outages.went(LOOP);
                    Thread.sleep(SHORTEST_GAP);
                }
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | RuntimeException e) {
                // Lost: the others look by themselves.
                outages.failed(LOOP, e);
            }
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("news-sender").start(this::loop);
    }

    @Override
    public void stop() {
        running = false;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
