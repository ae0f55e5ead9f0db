package dev.hearth.controlplane.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.provisioning.ProvisioningStore.Live;
import dev.hearth.model.ReplicaPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class StartsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String SAID_NOTHING =
            "said no hello within 60 s (hearth.provisioning.start-timeout), ended by Hearth";

    private final Place place = new Place();
    private final Starts starts = new Starts(Duration.ofSeconds(60), place);

    @Test
    void aStartThatStillUsesTheProcessorIsSlow() {
        assertThat(whyAfter(new ReplicaProvisioner.Progress(Duration.ofSeconds(1), 0), starting(0)))
                .isEqualTo("slow: " + SAID_NOTHING);
    }

    @Test
    void aStartThatPrintsIsSlow() {
        assertThat(whyAfter(new ReplicaProvisioner.Progress(Duration.ZERO, 1), starting(0)))
                .isEqualTo("slow: " + SAID_NOTHING);
    }

    @Test
    void aStartInWhichNothingHappensAnyMoreIsStuck() {
        assertThat(whyAfter(new ReplicaProvisioner.Progress(Duration.ofMillis(100), 0), starting(0)))
                .isEqualTo(SAID_NOTHING);
    }

    @Test
    void eachStartAfterASlowOneHasTwiceItsTime() {
        assertThat(starts.allowed(starting(0))).isEqualTo(Duration.ofSeconds(60));
        assertThat(starts.allowed(starting(1))).isEqualTo(Duration.ofSeconds(120));
        assertThat(starts.allowed(starting(9))).isEqualTo(Duration.ofSeconds(960));
        assertThat(whyAfter(new ReplicaProvisioner.Progress(Duration.ofSeconds(9), 0), starting(1)))
                .contains("within 120 s", "those before it were slow");
    }

    @Test
    void anEnvironmentThatAllowsMoreIsTakenAtItsWord() {
        Live slow = new Live(1, ReplicaPhase.STARTING, NOON, null, null, false, 1, Duration.ofMinutes(5), null);
        assertThat(starts.allowed(slow)).isEqualTo(Duration.ofMinutes(10));
        assertThat(whyAfter(new ReplicaProvisioner.Progress(Duration.ZERO, 1), slow))
                .contains("within 600 s (its environment's startTimeout, of which");
    }

    private String whyAfter(ReplicaProvisioner.Progress progress, Live replica) {
        Instant half = NOON.plus(starts.allowed(replica).dividedBy(2));
        starts.look(List.of(replica), half);
        place.progress = progress;
        return starts.why(replica, half.plus(starts.allowed(replica).dividedBy(2)));
    }

    private static Live starting(int slowBefore) {
        return new Live(1, ReplicaPhase.STARTING, NOON, null, null, false, slowBefore, null, null);
    }

    private static final class Place implements ReplicaProvisioner {
        private Progress progress = new Progress(Duration.ZERO, 0);

        @Override
        public Progress progress(long replica) {
            return progress;
        }

        @Override
        public boolean provisions(String image) {
            return true;
        }

        @Override
        public Placement start(ReplicaLaunch launch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void stop(long replica, boolean atOnce) {}

        @Override
        public Set<Long> present() {
            return Set.of();
        }

        @Override
        public void adopt(Map<Long, OptionalLong> replicas) {}

        @Override
        public void tidy() {}

        @Override
        public void onEnd(BiConsumer<Long, End> listener) {}

        @Override
        public String lastOutput(long replica) {
            return "";
        }

        @Override
        public Room room() {
            return new Room(1, Set.of());
        }
    }
}
