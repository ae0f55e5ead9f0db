package dev.hearth.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final String RUN = """
            {"name": "r1", "url": "http://page", "project": "default", "environment": "env", "version": "v1",
             "task": "square", "phase": "%s", "createdAt": "2026-01-01T00:00:00Z", "actions": {}, "later": 1 %s}""";

    private record Answer(int status, String body) {}

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> lastEventIds = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private HttpServer server;
    private Hearth hearth;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/api/v1/runs/r1", exchange -> {
            Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
            String known = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            lastEventIds.add(known == null ? "none" : known);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        hearth = Hearth.connect("http://127.0.0.1:" + server.getAddress().getPort(), null);
    }

    @AfterEach
    void stop() {
        hearth.close();
        server.stop(0);
    }

    @Test
    void awaitAsksAgainUntilTheRunHasEnded() {
        answer(run("RUNNING", ""), run("RUNNING", ""), run("SUCCEEDED", ", \"output\": 49"));
        assertThat(hearth.find("r1").outputs(Integer.class)).isEqualTo(49);
    }

    @Test
    void aServerThatRestartsIsWaitedFor() {
        answer(run("RUNNING", ""), new Answer(503, "restarting"), run("SUCCEEDED", ", \"output\": 49"));
        assertThat(hearth.find("r1").await()).isEqualTo(49);
    }

    @Test
    void aKeyGoesAlongWithTheRunThatItStandsFor() {
        server.createContext("/api/v1/runs", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = "{\"name\": \"r1\", \"url\": \"http://page\", \"phase\": \"QUEUED\"}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(201, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        assertThat(hearth.run("env", "square", 7, "order-17").name()).isEqualTo("r1");
        assertThat(hearth.run("env", "square", 7).name()).isEqualTo("r1");
        assertThat(bodies).first().asString().contains("\"idempotencyKey\":\"order-17\"");
        assertThat(bodies).last().asString().doesNotContain("idempotencyKey");
    }

    @Test
    void aFailedRunThrowsWhatTheTaskThrew() {
        answer(run(
                "FAILED", ", \"error\": {\"code\": \"USER\", \"message\": \"no 3\", \"details\": \"at Some.java\"}"));
        assertThatExceptionOfType(TaskFailed.class)
                .isThrownBy(() -> hearth.find("r1").await())
                .satisfies(failed -> {
                    assertThat(failed.code()).isEqualTo("USER");
                    assertThat(failed.reason()).isEqualTo("no 3");
                    assertThat(failed.details()).isEqualTo("at Some.java");
                });
    }

    @Test
    void theRemoteStackIsInTheTraceOnce() {
        TaskFailed failed = new TaskFailed("pay", "USER", "no 3", "Fault: no 3\n\tat Some.java\n", null);
        TaskFailed again =
                new TaskFailed(failed.task(), failed.code(), failed.reason(), failed.details(), failed.getCause());
        StringWriter trace = new StringWriter();
        again.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).containsOnlyOnce("at Some.java").contains("Fault: no 3", "at dev.hearth.sdk");
        assertThat(again.details()).isEqualTo("Fault: no 3\n\tat Some.java\n");
        assertThat(again.getCause()).isSameAs(failed.getCause());
        assertThat(new TaskFailed("pay", "CANCELLED", "", null, null)).hasNoCause();
    }

    @Test
    void aProblemIsToldInTheServersWords() {
        answer(new Answer(400, """
                {"title": "Bad input", "status": 400, "detail": "One field is wrong",
                 "errors": [{"field": "input.x", "value": "a", "message": "must be a whole number"}]}"""));
        assertThatExceptionOfType(HearthException.class)
                .isThrownBy(() -> hearth.find("r1"))
                .withMessageContainingAll("Bad input", "One field is wrong", "input.x: must be a whole number")
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(400));
    }

    @Test
    void aLogWhoseConnectionBreaksGoesOnBehindItsLastLine() {
        Run<?> run =
                new Run<>(new Rest("http://127.0.0.1:" + server.getAddress().getPort(), null), "r1", "", Object.class);
        answer(
                new Answer(200, line("1-1", "one") + line("1-2", "two") + "event: line\nid: 1-3\nda"),
                new Answer(503, "restarting"),
                new Answer(200, line("2-1", "three") + "event: end\ndata: {}\n\n"));
        List<String> lines = new ArrayList<>();
        run.followLogs(line -> lines.add(line.line()));
        assertThat(lines).containsExactly("one", "two", "three");
        assertThat(lastEventIds).containsExactly("none", "1-2", "1-2");
    }

    private static String line(String id, String text) {
        return """
                event: line
                id: %s
                data: {"time": "2026-01-01T00:00:00Z", "stream": "stdout", "attempt": 1, "line": "%s"}

                """.formatted(id, text);
    }

    private void answer(Answer... inTurn) {
        answers.addAll(List.of(inTurn));
    }

    private static Answer run(String phase, String more) {
        return new Answer(200, RUN.formatted(phase, more));
    }
}
