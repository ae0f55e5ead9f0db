package dev.hearth.controlplane.journal;

import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Health of the dispatcher: its journal commits at least each second, if only to look for work. */
@Component
final class JournalHealthIndicator implements HealthIndicator {
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private final Journal journal;
    private final Clock clock;

    JournalHealthIndicator(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    @Override
    public Health health() {
        Duration silence = Duration.between(journal.lastCommit(), clock.instant());
        Health.Builder health = silence.compareTo(LONGEST_SILENCE) > 0 ? Health.down() : Health.up();
        return health.withDetail("lastCommit", journal.lastCommit().toString()).build();
    }
}
