package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.model.ErrorCode;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void aFailureIsOfBoundedLengthWhoeverTellsIt() {
        Failed failed = new Failed("x".repeat(10 << 20), "m".repeat(10 << 20), "d".repeat(10 << 20));
        assertThat(failed.code()).isEqualTo("x".repeat(100));
        assertThat(failed.message()).hasSize((32 << 10) + 4).endsWith("m ...");
        assertThat(failed.details()).hasSize((128 << 10) + 4);
    }

    @Test
    void aCodeIsAName() {
        assertThat(new Failed("CARD_DECLINED", "", null).code()).isEqualTo("CARD_DECLINED");
        assertThat(new Failed("two\nlines\0\u2028\t", "", null).code()).isEqualTo("two\uFFFDlines\uFFFD\uFFFD\uFFFD");
        assertThat(new Failed(" ", "", null).code()).isEqualTo(ErrorCode.USER);
        assertThat(new Failed("a".repeat(99) + "\uD83D\uDD25", "", null).code()).isEqualTo("a".repeat(99));
    }
}
