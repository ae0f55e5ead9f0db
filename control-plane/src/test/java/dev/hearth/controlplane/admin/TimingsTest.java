package dev.hearth.controlplane.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.api.ActionView.AttemptView;
import dev.hearth.model.ActionPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimingsTest {
    private static final Instant QUEUED = Instant.parse("2026-01-01T00:00:00Z");

    private final Timings timings = new Timings();

    @Test
    void eachStepEndsWhereTheNextBegins() {
        AttemptView attempt = attempt(QUEUED.plusMillis(1_550), QUEUED.plusMillis(1_560), 3);
        assertThat(timings.queued(attempt)).isEqualTo("1.5 s");
        assertThat(timings.coldStart(attempt)).isEqualTo("1.4 s");
        assertThat(timings.sent(attempt)).isEqualTo("50 ms");
        assertThat(timings.began(attempt)).isEqualTo("10 ms");
        assertThat(timings.ran(attempt)).isEqualTo("440 ms");
        assertThat(timings.waitedForChildren(attempt)).isEqualTo("120 ms");
        assertThat(timings.committed(attempt)).isEqualTo("5.0 ms");
        assertThat(timings.process(attempt)).isEqualTo("2.0 s old, served 3 before");
        assertThat(timings.process(attempt(QUEUED, QUEUED, 0))).isEqualTo("first of its process");
    }

    @Test
    void whatALostReplicaCouldNotTellStaysEmpty() {
        AttemptView lost = attempt(null, null, 0);
        assertThat(timings.sent(lost)).isEmpty();
        assertThat(timings.began(lost)).isEmpty();
        assertThat(timings.ran(lost)).isEmpty();
        assertThat(timings.committed(lost)).isEmpty();
        assertThat(timings.process(lost)).isEmpty();
    }

    private static AttemptView attempt(@Nullable Instant acknowledged, @Nullable Instant started, long servedBefore) {
        return new AttemptView(
                1,
                ActionPhase.SUCCEEDED,
                "1",
                QUEUED,
                QUEUED.plusMillis(1_500),
                acknowledged,
                started,
                QUEUED.plusMillis(2_000),
                QUEUED.plusMillis(2_005),
                1_400,
                servedBefore > 0,
                2_000,
                servedBefore,
                120,
                0,
                null);
    }
}
