package dev.hearth.controlplane.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParentsRoomTest {
    private static final long LIMIT = 1L << 30;

    @Test
    void aReplicaWithoutParentsTakesRootsWhateverItsMemory() {
        assertThat(new ParentsRoom(1, 0, 0, 0, LIMIT, LIMIT).takesRoots()).isTrue();
    }

    @Test
    void parentsMayWaitUntilFourFifthsOfTheMemoryAreInUse() {
        assertThat(new ParentsRoom(1, 5_000, 5_000, 0, LIMIT / 5 * 4 - 1, LIMIT).takesRoots())
                .isTrue();
        assertThat(new ParentsRoom(1, 5, 5, 0, LIMIT / 5 * 4 + 10, LIMIT).takesRoots())
                .isFalse();
    }

    @Test
    void ofAJvmTheLiveHeapCountsAgainstItsPartOfTheMemory() {
        long heap = LIMIT / 4 * 3;
        assertThat(new ParentsRoom(1, 5, 5, heap / 2, LIMIT, LIMIT).takesRoots())
                .as("resident memory that the next collection gives back")
                .isTrue();
        assertThat(new ParentsRoom(1, 5, 5, heap / 10 * 8 + 10, LIMIT / 2, LIMIT).takesRoots())
                .isFalse();
    }

    @Test
    void betweenTwoMeasurementsOnlySoManyComeToWait() {
        assertThat(new ParentsRoom(1, 1_099, 1_000, 0, 1, LIMIT).takesRoots()).isTrue();
        assertThat(new ParentsRoom(1, 1_100, 1_000, 0, 1, LIMIT).takesRoots()).isFalse();
    }

    @Test
    void whereNothingIsMeasuredThereIsAPlainBound() {
        assertThat(new ParentsRoom(1, 99, 99, 0, 0, LIMIT).takesRoots()).isTrue();
        assertThat(new ParentsRoom(1, 100, 100, 0, 0, LIMIT).takesRoots()).isFalse();
        assertThat(new ParentsRoom(50, 499, 499, 0, 0, LIMIT).takesRoots()).isTrue();
    }
}
