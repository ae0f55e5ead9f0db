package dev.hearth.controlplane.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.signals.News;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WireTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void whatOneSendsAllHear() throws Exception {
        try (MigratedDatabase database = MigratedDatabase.fresh();
                Wire here = new Wire(database.source(), new Outages(Clock.systemUTC()));
                Wire there = new Wire(database.source(), new Outages(Clock.systemUTC()));
                Wire.Ear ear = there.listen(Wire.PEERS)) {
            here.send("hello");
            assertThat(ear.await(Duration.ofSeconds(10))).containsExactly("hello");
        }
    }

    @Test
    void aTelegramArrivesAsItWasSent() {
        Telegram some = new Telegram(
                "me", new News.Gathered(Set.of(News.Kind.ENDS, News.Kind.QUEUE), Set.of("r1", "r2"), false));
        Telegram all = new Telegram("me", new News.Gathered(Set.of(News.Kind.ENDS), Set.of(), true));
        Telegram probe = new Telegram("me", new News.Gathered(Set.of(), Set.of(), false));

        assertThat(some.write()).isEqualTo("me\nENDS QUEUE\nr1 r2");
        assertThat(Telegram.read(some.write())).isEqualTo(some);
        assertThat(Telegram.read(all.write())).isEqualTo(all);
        assertThat(Telegram.read(probe.write())).isEqualTo(probe);
        assertThat(Telegram.read("someone\nNEWER QUEUE").news().kinds())
                .as("kinds of a newer release are passed over")
                .containsExactly(News.Kind.QUEUE);
    }

    @Test
    void aLineThatDoesNotReturnItsProbeIsDead() {
        Line line = new Line(NOON);
        assertThat(line.needsProbe(NOON.plusSeconds(4))).isFalse();
        assertThat(line.needsProbe(NOON.plusSeconds(5))).isTrue();

        line.probed(NOON.plusSeconds(5));
        assertThat(line.needsProbe(NOON.plusSeconds(14))).isFalse();
        assertThat(line.isDead(NOON.plusSeconds(15))).isFalse();
        assertThat(line.isDead(NOON.plusSeconds(16))).isTrue();

        line.heard(NOON.plusSeconds(14));
        assertThat(line.isDead(NOON.plusSeconds(60))).isFalse();
    }
}
