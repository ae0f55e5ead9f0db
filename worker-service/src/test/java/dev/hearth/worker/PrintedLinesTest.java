package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintedLinesTest {
    private final List<String> lines = new ArrayList<>();
    private final PrintedLines printed =
            new PrintedLines((line, error) -> lines.add((error ? "err " : "out ") + line), () -> 0);

    @Test
    void linesAreCutAtTheirEndHoweverTheyArrive() {
        print("hal", false);
        print("lo\nwor", false);
        print("ld\r\n", false);
        assertThat(lines).containsExactly("out hallo", "out world");
    }

    @Test
    void standardErrorStaysApart() {
        print("one ", false);
        print("oops\n", true);
        print("two\n", false);
        assertThat(lines).containsExactly("err oops", "out one two");
    }

    @Test
    void theLastLineNeedsNoEnd() {
        print("unfinished", false);
        printed.finish();
        printed.finish();
        assertThat(lines).containsExactly("out unfinished");
    }

    @Test
    void anEndlessLineIsCut() {
        print("x".repeat(200_000), false);
        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThan(70_000));
    }

    @Test
    void aCutGoesThroughNoCharacter() {
        print("x" + "\u00e4".repeat(100_000), false);
        printed.finish();
        assertThat(String.join("", lines).replace("out ", "")).isEqualTo("x" + "\u00e4".repeat(100_000));
    }

    @Test
    void aLogThatGetsTooLongEndsWithOneMark() {
        PrintedLines bounded = new PrintedLines((line, error) -> lines.add(line), () -> 2 << 20);
        String kilobyte = "x".repeat(1023);
        for (int i = 0; i < 10_000; i++) {
            bounded.stream(i % 2 == 0).println(kilobyte);
        }
        bounded.finish();
        assertThat(lines).hasSize(2 * 1024 + 1);
        assertThat(lines.getLast()).isEqualTo("[log cut: more than 2 MB; the rest was dropped]");
    }

    private void print(String text, boolean error) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        printed.write(bytes, 0, bytes.length, error);
    }
}
