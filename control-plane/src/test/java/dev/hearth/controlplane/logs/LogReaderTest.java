package dev.hearth.controlplane.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.api.LogLineView;
import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.signals.Signals;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Writer and reader of logs on a real database. */
class LogReaderTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration SOON = Duration.ofSeconds(10);

    private final MigratedDatabase db = MigratedDatabase.fresh();
    private final LogStore store = new LogStore(db.sql());
    private final Followers followers = new Followers();
    private final LogWriter writer = new LogWriter(store, followers, new Outages(CLOCK));
    private final Signals signals = new Signals();
    private final LogReader reader = new LogReader(store, writer, followers, new Feed(), signals, CLOCK);
    private final RememberingSink sink = new RememberingSink();
    private long action;

    /** Remembers what it was told. */
    private static final class RememberingSink implements LogReader.Sink {
        final List<String> said = new CopyOnWriteArrayList<>();

        @Override
        public void line(Position position, LogLineView line) {
            said.add(line.stream() + " " + line.line());
        }

        @Override
        public void flush() {}

        @Override
        public void silence() {}

        @Override
        public void end() {
            said.add("end");
        }

        @Override
        public void breakOff() {
            said.add("broken off");
        }
    }

    @BeforeEach
    void queue() {
        followers.start();
        action = db.insert("""
                INSERT INTO action (run, name, environment, version_id, task, pool_id, phase, created_at, available_at, input_type)
                VALUES ('r1', 'a0', 'env', 1, 'task', %d, 'RUNNING', now(), now(), 'application/json')""".formatted(db.pool()));
    }

    @AfterEach
    void stop() {
        followers.stop();
        writer.stop();
        db.close();
    }

    @Test
    void theEndWaitsForLinesThatAnotherControlPlaneStillWrites() throws Exception {
        signals.news().heard(true);
        elsewhere("first");
        Thread follower = follow();
        await().atMost(SOON).until(() -> sink.said.contains("stdout first"));
        db.execute("UPDATE action SET phase = 'SUCCEEDED', ended_at = now() WHERE id = " + action);
        elsewhere("last");
        follower.join(SOON);
        assertThat(sink.said).containsExactly("stdout first", "stdout last", "end");
    }

    @Test
    void aServerThatStopsLetsItsReadersGoWithoutAnEnd() throws Exception {
        elsewhere("first");
        Thread follower = follow();
        await().atMost(SOON).until(() -> sink.said.contains("stdout first"));
        followers.stop();
        assertThat(follower.join(SOON)).isTrue();
        assertThat(sink.said).containsExactly("stdout first");
    }

    @Test
    void linesFromBeforeThereWereMarksAreStillRead() throws Exception {
        db.execute(
                "INSERT INTO log_chunk (action_id, attempt, written_at, lines) VALUES (%d, 1, now(), E'old\\nlines\\n')"
                        .formatted(action));
        reader.read(reader.find("r1", "a0"), Position.BEGIN, false, sink);
        assertThat(sink.said).containsExactly("stdout old", "stdout lines", "end");
    }

    @Test
    void whenTheWriterCannotFollowAChattyAttemptLosesLinesAndAQuietOneNone() throws Exception {
        String line = "x".repeat(60_000);
        for (int i = 0; i < 300; i++) {
            writer.append(action, 1, 0, false, false, line);
        }
        writer.append(action, 2, 0, true, false, "quiet");
        writer.start();
        reader.read(reader.find("r1", "a0"), Position.BEGIN, false, sink);
        assertThat(sink.said).contains("stderr quiet").hasSizeLessThan(300);
        assertThat(sink.said)
                .filteredOn(said -> said.startsWith("stderr ["))
                .singleElement()
                .asString()
                .matches("stderr \\[\\d+ lines were lost here: printed faster than they could be written]");
    }

    @Test
    void aDatabaseThatIsAwayIsWaitedFor() throws Exception {
        db.execute("ALTER TABLE log_chunk RENAME TO away");
        writer.start();
        writer.append(action, 1, 0, false, false, "patient");
        writer.settle(Duration.ofMillis(300));
        db.execute("ALTER TABLE away RENAME TO log_chunk");
        writer.settle(SOON);
        reader.read(reader.find("r1", "a0"), Position.BEGIN, false, sink);
        assertThat(sink.said).containsExactly("stdout patient", "end");
    }

    @Test
    void piecesOfALineThatReplacesItselfAreShownInItsPlace() throws Exception {
        writer.append(action, 1, 1_000_000, true, true, " 10%");
        writer.append(action, 1, 2_000_000, true, true, "\r 20%");
        writer.append(action, 1, 3_000_000, false, false, "a word");
        writer.append(action, 1, 4_000_000, true, false, "\r100%");
        writer.start();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        reader.read(reader.find("r1", "a0"), Position.BEGIN, false, new TextSink(text, false));
        assertThat(text.toString(StandardCharsets.UTF_8)).isEqualTo(" 10%\r 20%\na word\n100%\n");

        ByteArrayOutputStream events = new ByteArrayOutputStream();
        reader.read(reader.find("r1", "a0"), Position.BEGIN, false, new EventSink(events, new JsonMapper()));
        assertThat(events.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("data: {\""))
                        .toList())
                .startsWith(
                        "data: {\"time\":\"1970-01-01T00:00:01Z\",\"stream\":\"stderr\",\"attempt\":1,\"line\":\" 10%\",\"open\":true,\"error\":true}")
                .endsWith(
                        "data: {\"time\":\"1970-01-01T00:00:04Z\",\"stream\":\"stderr\",\"attempt\":1,\"line\":\"\\r100%\",\"error\":true}");
    }

    private Thread follow() {
        return Thread.ofVirtual().start(() -> {
            try {
                reader.read(reader.find("r1", "a0"), Position.BEGIN, true, sink);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private void elsewhere(String line) {
        ByteBuffer mark = ByteBuffer.allocate(LineMark.BYTES);
        new LineMark(1, false, false).write(mark);
        store.insert(List.of(new LogStore.Chunk(action, 1, line + "\n", mark.array())), Instant.now());
    }
}
