package dev.hearth.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Duration LENGTH = Duration.ofMinutes(10);

    @Test
    void theSameSeedStrikesTheSameWay() {
        assertThat(Plan.of(7, LENGTH)).isEqualTo(Plan.of(7, LENGTH));
        assertThat(Plan.of(7, LENGTH)).isNotEqualTo(Plan.of(8, LENGTH));
    }

    @Test
    void theSameSeedAsksForTheSameFamilies() {
        Plan plan = Plan.of(7, LENGTH);

        assertThat(LongStream.range(0, 100).mapToObj(plan::family))
                .containsExactlyElementsOf(LongStream.range(0, 100)
                        .mapToObj(Plan.of(7, LENGTH)::family)
                        .toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void aLongerPlanBeginsLikeAShorterOne() {
        Plan shorter = Plan.of(7, Duration.ofMinutes(1));

        assertThat(Plan.of(7, LENGTH).strikes()).startsWith(shorter.strikes().toArray(Plan.Strike[]::new));
    }

    @Test
    void tenMinutesStrikeInEveryWay() {
        assertThat(Plan.of(1, LENGTH).strikes().stream().map(Plan.Strike::fault).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Fault.values());
    }
}
