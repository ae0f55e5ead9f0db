package dev.hearth.controlplane.simulation;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts what happens in a simulation. */
final class Tally {
    final Waits waits = new Waits();
    long looks;
    long finished;
    long starts;
    long stops;
    long replicaMillis;
    private long turns;
    private boolean growing;

    void grows() {
        turns += growing ? 0 : 1;
        growing = true;
    }

    void shrinks() {
        turns += growing ? 1 : 0;
        growing = false;
    }

    Outcome outcome(long millis, long arrivals, @Nullable LawBook laws, @Nullable List<Moment> history) {
        return new Outcome(
                Duration.ofMillis(millis),
                looks,
                arrivals,
                finished,
                starts,
                stops,
                replicaMillis / 1000.0,
                turns,
                waits,
                laws == null ? List.of() : laws.violations(),
                history == null ? List.of() : history);
    }
}
