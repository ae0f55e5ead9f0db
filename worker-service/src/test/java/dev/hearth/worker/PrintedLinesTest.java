package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.api.LogLineView;
import dev.hearth.api.LogText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintedLinesTest {
    private final List<String> lines = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private final PrintedLines printed = new PrintedLines(
            (text, error, open) -> lines.add((error ? "err " : "out ") + text + (open ? ".." : "")),
            () -> 0,
            () -> now);

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
        PrintedLines bounded = new PrintedLines((line, error, open) -> lines.add(line), () -> 2 << 20, () -> now);
        String kilobyte = "x".repeat(1023);
        for (int i = 0; i < 10_000; i++) {
            bounded.stream(i % 2 == 0).println(kilobyte);
        }
        bounded.finish();
        assertThat(lines).hasSize(2 * 1024 + 1);
        assertThat(lines.getLast()).isEqualTo("[log cut: more than 2 MB; the rest was dropped]");
    }

    @Test
    void aLineThatReplacesItselfIsKeptAsItStandsEachSecond() {
        for (int i = 1; i <= 600; i++) {
            print("\rprogress " + i, true);
            pass(50);
        }
        printed.finish();
        assertThat(lines)
                .hasSizeBetween(25, 31)
                .startsWith("err progress 20..")
                .endsWith("err \rprogress 600..", "err ");
        assertThat(lines.subList(1, lines.size() - 1))
                .allSatisfy(line -> assertThat(line).startsWith("err \rprogress "));
    }

    @Test
    void theStateBeforeItsReturnIsTheNewest() {
        print(" 10%|#", true);
        print("\r", true);
        pass(1_000);
        assertThat(lines).containsExactly("err  10%|#..");
        print(" 20%|##\r", true);
        print(" 30%|###\r", true);
        pass(1_000);
        print("100%|####\n", true);
        assertThat(lines).containsExactly("err  10%|#..", "err \r 30%|###..", "err \r100%|####");
    }

    @Test
    void aFloodOfReturnsIsBounded() {
        for (int i = 0; i < 1_000_000; i++) {
            print("\r" + i, false);
        }
        print("\rdone\n", false);
        assertThat(lines).containsExactly("out done");
    }

    @Test
    void aReturnBeforeALineFeedEndsTheLineHoweverTheyArrive() {
        print("one\r", false);
        print("\ntwo\r\r\nthree\r", false);
        pass(1_000);
        print("\n", false);
        assertThat(lines).containsExactly("out one", "out two", "out three..", "out ");
    }

    @Test
    void halfALineIsSentAfterASecondAndGoesOnInItsPlace() {
        print("working", false);
        pass(999);
        assertThat(lines).isEmpty();
        pass(1);
        print(".", false);
        print(".", false);
        pass(1_000);
        pass(1_000);
        print(" done\nnext\n", false);
        assertThat(lines).containsExactly("out working..", "out ....", "out  done", "out next");
        assertThat(shown(false)).isEqualTo("working.. done\nnext\n");
    }

    @Test
    void whatWasSentInPiecesEndsWithTheExecution() {
        print("working", false);
        pass(1_000);
        printed.finish();
        printed.finish();
        assertThat(lines).containsExactly("out working..", "out ");
    }

    @Test
    void noPieceEndsWithinACharacter() {
        byte[] fire = "x\uD83D\uDD25".getBytes(StandardCharsets.UTF_8);
        printed.write(fire, 0, 3, false);
        pass(1_000);
        printed.write(fire, 3, 2, false);
        pass(1_000);
        print("\u00e4\n", false);
        assertThat(lines).containsExactly("out x..", "out \uD83D\uDD25..", "out \u00e4");
    }

    @Test
    void aLineOfManyPiecesIsCutToo() {
        for (int i = 0; i < 100; i++) {
            print("x".repeat(1_000), false);
            pass(1_000);
        }
        printed.finish();
        assertThat(lines.stream().filter(line -> !line.endsWith(".."))).hasSize(2);
        assertThat(String.join("", lines).chars().filter(each -> each == 'x')).hasSize(100_000);
    }

    @Test
    void coloursPass() {
        print("\u001b[32mgreen\u001b[0m\r\u001b[K\u001b[31mred\u001b[0m\n", false);
        assertThat(lines).containsExactly("out \u001b[K\u001b[31mred\u001b[0m");
    }

    /** The other stream comes between: what goes on then begins a line of its own. */
    @Test
    void inATerminalAProgressBarLooksLikeOne() {
        print(" 10%", true);
        pass(1_000);
        print("\r 20%", true);
        pass(1_000);
        print("a word\n", false);
        print("\r 30%", true);
        pass(1_000);
        print("\r100%\n", true);
        assertThat(shown(false)).isEqualTo(" 10%\r 20%\na word\n 30%\r100%\n");
        assertThat(shown(true))
                .isEqualTo("T stderr  10%\nT stderr  20%\nT stdout a word\nT stderr  30%\nT stderr 100%\n");
    }

    private String shown(boolean timestamps) {
        LogText text = new LogText(timestamps);
        StringBuilder shown = new StringBuilder();
        for (String line : lines) {
            boolean open = line.endsWith("..");
            String words = line.substring(4, line.length() - (open ? 2 : 0));
            shown.append(text.next(
                    new LogLineView(Instant.EPOCH, line.startsWith("err") ? "stderr" : "stdout", 1, words, open)));
        }
        return shown.append(text.end()).toString().replace(Instant.EPOCH.toString(), "T");
    }

    private void pass(int millis) {
        now = now.plusMillis(millis);
        printed.sendBegun();
    }

    private void print(String text, boolean error) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        printed.write(bytes, 0, bytes.length, error);
    }
}
