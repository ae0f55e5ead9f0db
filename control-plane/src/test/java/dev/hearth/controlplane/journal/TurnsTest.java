package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.scheduling.Turn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final long POOL = 1;

    private record Queued(String run, long turn, long id) {}

    private final Turns turns = new Turns();
    private final PriorityQueue<Queued> queue =
            new PriorityQueue<>(Comparator.comparingLong(Queued::turn).thenComparingLong(Queued::id));
    private long ids;

    @Test
    void aRunOfOneIsNotHeldUpByARunOfAHundredThousand() {
        children("large", 100_000);
        serve(1_000);
        queue.add(new Queued("small", turns.ofRun(POOL), ids++));
        assertThat(serve(3)).contains("small");
    }

    @Test
    void twoLargeRunsAreServedHalfAndHalf() {
        children("first", 10_000);
        children("second", 10_000);
        List<String> served = serve(2_000);
        assertThat(served.stream().filter("first"::equals).count()).isBetween(950L, 1_050L);
    }

    @Test
    void aSteadyFlowOfNewRunsDoesNotHoldUpALargeOneForEver() {
        children("large", 100);
        int largeServed = 0;
        for (int i = 0; i < 100 * (Turns.SERVED_IN_A_TURN + 2); i++) {
            queue.add(new Queued("new", turns.ofRun(POOL), ids++));
            largeServed += serve(1).contains("large") ? 1 : 0;
        }
        assertThat(largeServed).isEqualTo(100);
    }

    @Test
    void turnsGoOnWhereTheQueueStandsAfterARestart() {
        turns.head(POOL, 500, 1);
        assertThat(turns.ofRun(POOL)).isEqualTo(500);
        assertThat(Turn.fair(turns.ofChild(POOL, "r", 1))).isEqualTo(500);
        assertThat(Turn.fair(turns.ofChild(POOL, "r", 1))).isEqualTo(501);
    }

    private void children(String run, int count) {
        for (int i = 0; i < count; i++) {
            queue.add(new Queued(run, Turn.fair(turns.ofChild(POOL, run, 1)), ids++));
        }
    }

    private List<String> serve(int count) {
        List<String> served = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Queued next = queue.remove();
            turns.served(POOL, next.turn());
            served.add(next.run());
        }
        return served;
    }
}
