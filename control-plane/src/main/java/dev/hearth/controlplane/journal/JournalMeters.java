package dev.hearth.controlplane.journal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** What the journal counts: how large its commits are, how long they take, and what fencing has refused. */
@Component
final class JournalMeters {
    private final Timer commits;
    private final DistributionSummary wishes;
    private final Counter stale;

    JournalMeters(MeterRegistry registry) {
        commits = Timer.builder("hearth.journal.commits")
                .description("Transactions of the journal")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        wishes = DistributionSummary.builder("hearth.journal.wishes")
                .description("Submits, ends and cancels in one transaction")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        stale = Counter.builder("hearth.journal.stale")
                .description("Writes that were refused because their attempt's token was old")
                .register(registry);
    }

    void committed(Duration took, int size) {
        commits.record(took);
        wishes.record(size);
    }

    void stale() {
        stale.increment();
    }
}
