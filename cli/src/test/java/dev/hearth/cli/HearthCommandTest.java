package dev.hearth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.hearth.model.ActionPhase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The command against a server that answers what it is told to. */
class HearthCommandTest {
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            String answer = answers.get(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            byte[] body = (answer == null ? "{\"title\": \"Not found\", \"detail\": \"nothing here\"}" : answer)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aRunThatSucceedsPrintsItsOutputAndExitsWithZero() {
        answers.put("POST /api/v1/runs", "{\"name\": \"r1\", \"url\": \"http://x/runs/r1\", \"phase\": \"QUEUED\"}");
        answers.put("GET /api/v1/runs/r1", run("SUCCEEDED", "\"output\": 49"));
        assertThat(hearth("run", "env", "square", "--input", "7")).isZero();
        assertThat(out.toString().strip()).isEqualTo("49");
        assertThat(err.toString()).contains("http://x/runs/r1");
    }

    @Test
    void aRunThatFailsSaysWhyAndExitsWithOne() {
        answers.put("POST /api/v1/runs", "{\"name\": \"r1\", \"url\": \"http://x/runs/r1\", \"phase\": \"QUEUED\"}");
        answers.put("GET /api/v1/runs/r1", run("FAILED", "\"error\": {\"code\": \"USER\", \"message\": \"it broke\"}"));
        assertThat(hearth("run", "env", "square")).isEqualTo(1);
        assertThat(err.toString()).contains("USER").contains("it broke");
    }

    @Test
    void inputThatIsNoJsonIsBadUsage() {
        assertThat(hearth("run", "env", "square", "--input", "{")).isEqualTo(2);
        assertThat(err.toString()).contains("--input is no JSON");
    }

    @Test
    void aRefusalOfTheServerIsPassedOn() {
        assertThat(hearth("get", "runs")).isEqualTo(2);
        assertThat(err.toString()).contains("nothing here");
    }

    @Test
    void anUnknownVerbIsBadUsage() {
        assertThat(hearth("dance")).isEqualTo(2);
    }

    @Test
    void withoutAServerItSaysHowToStartOne() {
        server.stop(0);
        assertThat(hearth("get", "envs")).isEqualTo(3);
        assertThat(err.toString()).contains("./hearth up");
    }

    @Test
    void listsAreAlignedTables() {
        ArrayNode items = JsonMapper.shared().createArrayNode();
        items.addObject().put("name", "a-long-name").putObject("pool").put("state", "WARM");
        items.addObject().put("name", "b").putObject("pool");
        assertThat(GetCommand.table(List.of("name", "pool.state"), items).lines())
                .containsExactly("name         state", "a-long-name  WARM", "b            -");
    }

    @Test
    void theBarCountsWhatHasEnded() {
        Map<ActionPhase, Integer> actions = new TreeMap<>(Map.of(ActionPhase.SUCCEEDED, 50, ActionPhase.RUNNING, 50));
        assertThat(Progress.bar(actions, Duration.ofMillis(1_500)))
                .contains("50/100")
                .contains("50 running")
                .endsWith("1.5 s");
    }

    private int hearth(String... arguments) {
        CommandLine command =
                HearthCommand.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] withEndpoint = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, withEndpoint, 0, arguments.length);
        withEndpoint[arguments.length] = "--endpoint";
        withEndpoint[arguments.length + 1] =
                "http://127.0.0.1:" + server.getAddress().getPort();
        return command.execute(withEndpoint);
    }

    private static String run(String phase, String more) {
        return """
                {"name": "r1", "url": "http://x/runs/r1", "project": "default", "environment": "env", "version": "v",
                 "task": "square", "phase": "%s", "createdAt": "2026-01-01T00:00:00Z", "actions": {}, %s}
                """.formatted(phase, more);
    }
}
