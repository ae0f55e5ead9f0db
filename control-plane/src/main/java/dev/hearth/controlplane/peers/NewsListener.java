package dev.hearth.controlplane.peers;

import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.signals.News;
import dev.hearth.controlplane.signals.Signals;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Hears what happens at other control planes and wakes whoever waits for it here. While there are no others it is deaf. A
 * connection that no longer hears this control plane's own probes is replaced; what was missed meanwhile is made up for by one
 * look at everything.
 */
@Component
final class NewsListener implements SmartLifecycle {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final String LOOP = "Listening to other control planes";
    private static final Logger log = LoggerFactory.getLogger(NewsListener.class);

    /** What may have happened unheard. */
    private static final News.Gathered EVERYTHING =
            new News.Gathered(Set.copyOf(EnumSet.allOf(News.Kind.class)), Set.of(), true);

    private static final String PROBE =
            new Telegram(NewsSender.SELF, new News.Gathered(Set.of(), Set.of(), false)).write();

    private final Membership membership;
    private final Wire wire;
    private final Listeners listeners;
    private final Outages outages;
    private final Clock clock;
    private volatile boolean running;
    private @Nullable Thread thread;

    NewsListener(Membership membership, Wire wire, Listeners listeners, Outages outages) {
        this.membership = membership;
        this.wire = wire;
        this.listeners = listeners;
        this.outages = outages;
        this.clock = outages.clock();
    }

    /** Who is woken. */
    @Component
    record Listeners(Signals signals, Journal journal, Feed feed) {
        void tell(News.Gathered news) {
            news.kinds().forEach(kind -> {
                switch (kind) {
                    case QUEUE -> journal.look();
                    case DRAIN -> signals.draining().ring();
                    case REPLICAS -> signals.provisioning().ring();
                    case ENDS -> ended(news);
                }
            });
        }

        private void ended(News.Gathered news) {
            signals.ends().ring();
            if (news.allRuns()) {
                feed.endedElsewhere();
            } else {
                feed.endedElsewhere(news.runs());
            }
        }
    }

    private void listen() throws SQLException {
        try (Wire.Ear ear = wire.listen(Wire.PEERS)) {
            log.info("listening to other control planes");
            listeners.tell(EVERYTHING);
            Line line = new Line(clock.instant());
            while (running && !membership.isAlone()) {
                for (String text : ear.await(TICK)) {
                    hear(Telegram.read(text), line);
                }
                Instant now = clock.instant();
                if (line.isDead(now)) {
                    log.warn("own messages did not come back for {}: listening anew", Line.PATIENCE);
                    return;
                }
                if (line.needsProbe(now)) {
                    wire.send(PROBE);
                    line.probed(now);
                }
            }
        }
    }

    private void hear(Telegram telegram, Line line) {
        if (telegram.sender().equals(NewsSender.SELF)) {
            line.heard(clock.instant());
        } else {
            listeners.tell(telegram.news());
        }
    }

    private void loop() {
        while (running) {
            try {
                if (!membership.isAlone()) {
                    listen();
                    outages.went(LOOP);
                }
            } catch (SQLException | RuntimeException e) {
                if (running) {
                    outages.failed(LOOP, e);
                }
            }
            try {
                Thread.sleep(TICK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("news-listener").start(this::loop);
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
