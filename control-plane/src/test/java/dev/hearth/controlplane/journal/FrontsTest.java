package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.journal.Fronts.Front;
import dev.hearth.controlplane.journal.Fronts.Place;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Turn;
import dev.hearth.model.Terms;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long POOL = 7;

    private final Fronts fronts = new Fronts();

    @Test
    void aClaimBeginsBehindTheLastThatWasClaimed() {
        fronts.claimed(POOL, List.of(action(3, 5, 1), action(0, 2, 9)), NOW);
        assertThat(fronts.of(POOL, NOW)).isEqualTo(new Front(0, Place.BEHIND_CHILDREN, new Place(2, 9)));
        assertThat(fronts.of(POOL + 1, NOW)).isNull();
    }

    @Test
    void theQueueIsReadFromItsBeginningAgainSoonHoweverOftenThereAreClaims() {
        fronts.claimed(POOL, List.of(action(0, 2, 9)), NOW);
        Instant later = NOW.plus(Fronts.TRUSTED_FOR).minusMillis(1);
        fronts.claimed(POOL, List.of(action(0, 2, 10)), later);
        assertThat(fronts.of(POOL, later)).isEqualTo(new Front(0, Place.BEHIND_CHILDREN, new Place(2, 10)));
        assertThat(fronts.of(POOL, later.plusMillis(1))).isNull();
        fronts.claimed(POOL, List.of(action(0, 2, 11)), later.plusMillis(1));
        assertThat(fronts.of(POOL, later.plusMillis(2))).isNotNull();
    }

    @Test
    void whatComesBeforeTheFrontIsNotHidden() {
        fronts.claimed(POOL, List.of(action(1, 2, 9)), NOW);
        fronts.queued(POOL, 1, 9);
        assertThat(fronts.of(POOL, NOW)).isNotNull();
        fronts.queued(POOL, 2, 9);
        assertThat(fronts.of(POOL, NOW)).isNull();
        fronts.claimed(POOL, List.of(action(1, 2, 9)), NOW);
        fronts.requeued(POOL);
        assertThat(fronts.of(POOL, NOW)).isNull();
    }

    @Test
    void childrenAndRootsHaveAFrontEachAndAChildMovesThatOfTheRootsNot() {
        long child = Turn.at(1, 2);
        fronts.claimed(POOL, List.of(action(0, child, 9), action(0, 2, 4)), NOW);
        fronts.queued(POOL, 0, Turn.at(1, 0));
        assertThat(fronts.of(POOL, NOW)).isEqualTo(new Front(0, new Place(child, 9), new Place(2, 4)));
        fronts.claimed(POOL, List.of(action(0, child, 10)), NOW);
        assertThat(fronts.of(POOL, NOW)).isEqualTo(new Front(0, new Place(child, 10), new Place(2, 4)));
    }

    @Test
    void aDeeperOneThanTheChildrenBeforeIsNotHidden() {
        fronts.claimed(POOL, List.of(action(0, Turn.at(1, 2), 9), action(0, 2, 4)), NOW);
        fronts.queued(POOL, 0, Turn.at(2, 7));
        assertThat(fronts.of(POOL, NOW)).isEqualTo(new Front(0, new Place(Turn.at(2, 7), 0), new Place(2, 4)));
    }

    @Test
    void whereRootsWereClaimedFirstNoChildrenAreLookedForUntilOneIsQueued() {
        fronts.claimed(POOL, List.of(action(0, 2, 9)), NOW);
        assertThat(fronts.of(POOL, NOW)).isNotNull().returns(false, Front::hasChildren);
        fronts.queued(POOL, 0, Turn.at(1, 2));
        assertThat(fronts.of(POOL, NOW)).isEqualTo(new Front(0, new Place(Turn.at(1, 2), 0), new Place(2, 9)));
    }

    @Test
    void childrenThatWereClaimedFirstMayHaveMoreBehindThem() {
        fronts.claimed(POOL, List.of(action(0, Turn.at(1, 2), 9)), NOW);
        assertThat(fronts.of(POOL, NOW)).isNotNull().returns(true, Front::hasChildren);
    }

    private static ClaimedAction action(int priority, long turn, long id) {
        return new ClaimedAction(
                new AttemptKey(id, 1),
                1,
                "r",
                "a0",
                null,
                "env",
                1,
                "t",
                1,
                null,
                "application/json",
                null,
                NOW,
                0,
                0,
                Terms.DEFAULT,
                priority,
                turn);
    }
}
