package dev.hearth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.hearth.model.ActionPhase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The command against a server that answers what it is told to. */
class HearthCommandTest {
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, String> bodies = new ConcurrentHashMap<>();
    private final Map<String, UnaryOperator<String>> pages = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, String> problems = new ConcurrentHashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            String call =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            asked.add(exchange.getRequestURI().toString());
            bodies.put(call, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String answer = pages.getOrDefault(call, query -> answers.get(call))
                    .apply(String.valueOf(exchange.getRequestURI().getQuery()));
            String problem = problems.getOrDefault(call, "{\"title\": \"Not found\", \"detail\": \"nothing here\"}");
            byte[] body = (answer == null ? problem : answer).getBytes(StandardCharsets.UTF_8);
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
    void inputIsReadFromAFileAsItStandsThere(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("input.json"), "{\"a b\": [1.10, \"@c 'd'\"]}\n");
        answers.put("POST /api/v1/runs", "{\"name\": \"r1\", \"url\": \"http://x/runs/r1\", \"phase\": \"QUEUED\"}");
        assertThat(hearth("run", "env", "square", "--detach", "--input", "@" + file))
                .as(err.toString())
                .isZero();
        assertThat(bodies.get("POST /api/v1/runs")).contains("{\"a b\": [1.10, \"@c 'd'\"]}");
        assertThat(hearth("run", "env", "square", "--input", "@" + folder.resolve("none.json")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--input cannot be read from the file", "none.json");
    }

    @Test
    void whatIsNoJsonIsToldWithoutSettingsOfItsReader() {
        for (String input : java.util.List.of("NaN", "+1", "'x'", "[1,]", "{\"a\":1", "// x")) {
            assertThat(hearth("run", "env", "square", "--input", input)).isEqualTo(2);
        }
        assertThat(err.toString()).contains("--input is no JSON").doesNotContain("Feature", "enable", "REDACTED");
    }

    /** The parser of arguments would read a file in its place. */
    @Test
    void aTextThatBeginsWithAnAtSignIsThatText(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("words"), "b c d");
        answers.put("POST /api/v1/runs", "{\"name\": \"r1\", \"url\": \"http://x/runs/r1\", \"phase\": \"QUEUED\"}");
        assertThat(hearth("run", "env", "square", "--detach", "--idempotency-key", "@" + file))
                .as(err.toString())
                .isZero();
        assertThat(bodies.get("POST /api/v1/runs")).contains("@" + file);
    }

    @Test
    void whatACallChangesGoesAlong() {
        answers.put("POST /api/v1/runs", "{\"name\": \"r1\", \"url\": \"http://x/runs/r1\", \"phase\": \"QUEUED\"}");
        assertThat(hearth("run", "env", "square", "--detach", "--overrides", "{\"priority\": 5}"))
                .isZero();
        assertThat(JsonMapper.shared()
                        .readTree(bodies.get("POST /api/v1/runs"))
                        .get("overrides")
                        .get("priority")
                        .asInt())
                .isEqualTo(5);
        assertThat(hearth("run", "env", "square", "--overrides", "five")).isEqualTo(2);
        assertThat(err.toString()).contains("--overrides is no JSON");
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
    void anAddressThatIsNoneIsBadUsage() {
        for (String address :
                List.of("127.0.0.1:28080", "localhost:8080", "ftp://host", "http://host:70000", "a b", "")) {
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(() -> new Connection().open(Map.of("HEARTH_ENDPOINT", address)))
                    .withMessage("HEARTH_ENDPOINT: '%s' is no address of a server; write http://host:port", address);
        }
        assertThat(plainly("get", "envs", "--endpoint", "127.0.0.1:28080")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly("--endpoint: '127.0.0.1:28080' is no address of a server; write http://host:port");
    }

    @Test
    void listsAreAlignedTables() {
        ArrayNode items = JsonMapper.shared().createArrayNode();
        items.addObject().put("name", "a-long-name").putObject("pool").put("state", "WARM");
        items.addObject().put("name", "b").putObject("pool");
        PrintWriter to = new PrintWriter(out);
        items.addObject().put("name", "c").putObject("pool").put("state", "a\nb");
        Table table = new Table(List.of("name", "pool.state"), to);
        table.print(items);
        table.end();
        assertThat(out.toString().lines())
                .containsExactly("name         pool", "a-long-name  WARM", "b            -", "c            a b");
    }

    @Test
    void listsTakeTheirEnvironmentAsAWord() {
        answers.put(
                "GET /api/v1/environments/orders/decisions",
                "{\"items\": [{\"at\": \"2026-01-01T00:00:00Z\", \"from\": 0, \"to\": 2, \"rule\": \"DEMAND\"}]}");
        assertThat(hearth("get", "decisions", "orders")).isZero();
        assertThat(out.toString()).contains("DEMAND");
        assertThat(hearth("get", "envs", "orders")).isEqualTo(2);
    }

    @Test
    void theBarCountsWhatHasEnded() {
        Map<ActionPhase, Integer> actions = new TreeMap<>(Map.of(ActionPhase.SUCCEEDED, 50, ActionPhase.RUNNING, 50));
        assertThat(Progress.bar(actions, Duration.ofMillis(1_500)))
                .contains("50/100")
                .contains("50 running")
                .endsWith("1.5 s");
    }

    @Test
    void decisionsShowTheirRule() {
        answers.put("GET /api/v1/environments/orders/decisions", """
                {"items": [{"at": "2026-01-01T00:00:00Z", "from": 1, "to": 2, "rule": "DEMAND", "reason": "2 queued"}]}""");
        assertThat(hearth("get", "decisions", "-e", "orders")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "at                    from  to  rule    reason",
                        "2026-01-01T00:00:00Z  1     2   DEMAND  2 queued");
    }

    @Test
    void whySaysWhatTheRootWaitsFor() {
        answers.put("GET /api/v1/runs/r1/actions/a0/waiting", """
                {"waiting": true, "cause": "REPLICA_STARTING", "message": "Waits for replica 1.",
                 "since": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:02Z", "details": {"ordinal": 1}}""");
        assertThat(hearth("why", "r1")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "REPLICA_STARTING: Waits for replica 1.",
                        "since 2026-01-01T00:00:00Z",
                        "until 2026-01-01T00:00:02Z");
    }

    @Test
    void whyAsksForOneActionToo() {
        answers.put(
                "GET /api/v1/runs/r1/actions/a0.x/waiting",
                "{\"waiting\": false, \"cause\": \"RUNNING\", \"message\": \"It has a slot.\", \"details\": {}}");
        assertThat(hearth("why", "r1", "a0.x", "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString()).get("cause").asString())
                .isEqualTo("RUNNING");
        assertThat(hearth("why", "r2")).isEqualTo(2);
    }

    @Test
    void logsKeepTheTwoStreamsApart() {
        answers.put("GET /api/v1/runs/r1/actions/a0/logs", """
                event: line
                id: 1-1
                data: {"time": "2026-01-01T00:00:00Z", "stream": "stdout", "attempt": 1, "line": "all well"}

                : nothing new

                event: line
                id: 1-2
                data: {"time": "2026-01-01T00:00:01Z", "stream": "stderr", "attempt": 1, "line": "oh no"}

                event: end
                data: {}

                """);
        assertThat(hearth("logs", "r1", "-f")).isZero();
        assertThat(out.toString().lines()).containsExactly("all well");
        assertThat(err.toString().lines()).containsExactly("oh no");
        assertThat(hearth("logs", "r1", "a0", "--timestamps")).isZero();
        assertThat(out.toString().lines())
                .endsWith("2026-01-01T00:00:00Z stdout all well", "2026-01-01T00:00:01Z stderr oh no");
        assertThat(hearth("logs", "r2")).isEqualTo(2);
    }

    @Test
    void leversAnswerTheEnvironmentAsItThenIs() {
        for (String verb : List.of("warm", "pause", "resume", "retire")) {
            answers.put("POST /api/v1/environments/orders/" + verb, """
                    {"name": "orders", "pool": {"state": "WARMING", "replicas": 1, "desired": 2}}""");
            assertThat(hearth(verb, "orders")).isZero();
        }
        assertThat(out.toString().lines()).hasSize(4).containsOnly("orders, pool WARMING, replicas 1, desired 2");
        assertThat(hearth("warm", "nowhere")).isEqualTo(2);
        assertThat(hearth("pause")).isEqualTo(2);
    }

    @Test
    void drainAnswersTheReplica() {
        answers.put("POST /api/v1/replicas/12/drain", "{\"id\": \"12\", \"phase\": \"DRAINING\", \"busy\": 3}");
        assertThat(hearth("drain", "12")).isZero();
        assertThat(out.toString().strip()).isEqualTo("replica 12 DRAINING, busy 3");
        assertThat(asked).as("the call takes no parameter").containsExactly("/api/v1/replicas/12/drain");
    }

    @Test
    void whatIfComparesOtherBoundsWithTheDeployedPolicy() {
        answers.put("POST /api/v1/environments/orders/what-if", """
                {"since": "2026-01-01T00:00:00Z", "until": "2026-01-01T01:00:00Z", "arrivals": 500, "coldStartMs": 1200,
                 "actual": {"replicaSeconds": 7300.0, "meanWaitMs": 2, "p50WaitMs": 0, "p99WaitMs": 5},
                 "items": [
                   {"deployed": true,
                    "policy": {"replicas": 2, "concurrency": 10, "scaledownTtl": "PT30S", "idleTtl": null}, "starts": 2,
                    "stops": 0, "meanReplicas": 2.0, "replicaSeconds": 7200.04, "oracleReplicaSeconds": 90.5,
                    "meanWaitMs": 1.25, "p50WaitMs": 0, "p99WaitMs": 3},
                   {"policy": {"replicas": [1, 4], "concurrency": 10, "scaledownTtl": "PT30S", "idleTtl": null}, "starts": 4}]}
                """);
        assertThat(hearth("what-if", "orders", "--replicas", "1..4", "--policy", "{\"replicas\": 8}", "--since", "2h"))
                .isZero();
        assertThat(JsonMapper.shared().readTree(bodies.get("POST /api/v1/environments/orders/what-if")))
                .isEqualTo(JsonMapper.shared().readTree("""
                        {"since": "2h", "policies": [
                          {"replicas": [1, 4]}, {"replicas": 8}]}"""));
        assertThat(out.toString())
                .startsWith(
                        "500 arrivals from 2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z, a cold start takes 1200 ms")
                .contains("deployed: 2 x 10, scaledown PT30S, idle never  2       0      2.0")
                .contains("7200.0", "measured in the window", "7300.0")
                .contains("1..4 x 10, scaledown PT30S, idle never         4       -      -");
    }

    @Test
    void whatIfRefusesWhatItCannotRead() {
        assertThat(hearth("what-if", "orders", "--replicas", "1-4")).isEqualTo(2);
        assertThat(hearth("what-if", "orders", "--policy", "{")).isEqualTo(2);
        assertThat(err.toString()).contains("write 3 or 1..4", "--policy is no JSON");
    }

    @Test
    void anActionNeedNotBeNamed() {
        for (String verb : List.of("why", "logs")) {
            assertThat(plainly(verb, "--help")).isZero();
            assertThat(plainly(verb)).isEqualTo(2);
        }
        assertThat(out.toString()).contains("Usage: hearth why", "Usage: hearth logs");
        assertThat(out.toString().lines().filter(line -> line.endsWith("RUN [ACTION]")))
                .hasSize(2);
        assertThat(err.toString()).contains("'RUN'").doesNotContain("RUN, ACTION");
    }

    @Test
    void theVerbsOfTheScriptAreInTheHelp() {
        assertThat(plainly("--help")).isZero();
        assertThat(out.toString().lines()).anyMatch(line -> line.matches(" +up +Start a server here.*"));
        assertThat(plainly("help", "up")).isZero();
        assertThat(plainly("help", "simulate")).isZero();
        assertThat(out.toString()).contains("Usage: hearth up", "Usage: hearth simulate [--hours N] [--seed S]");
        assertThat(plainly("up", "--fast")).isEqualTo(2);
    }

    @Test
    void aFaultIsToldOnce() {
        problems.put("POST /api/v1/runs", """
                {"title": "Invalid request", "status": 400, "detail": "overrides.priority: must be a number",
                 "errors": [{"field": "overrides.priority", "message": "must be a number"}]}""");
        assertThat(hearth("run", "env", "square", "--overrides", "{\"priority\": \"x\"}"))
                .isEqualTo(2);
        assertThat(err.toString().lines()).containsExactly("Invalid request: overrides.priority: must be a number");
    }

    @Test
    void aTaskThatNeedsAnInputSaysHowToGiveIt() {
        problems.put("POST /api/v1/runs", """
                {"title": "Invalid request", "status": 400, "detail": "input: null found, object expected",
                 "errors": [{"field": "input", "message": "null found, object expected"}]}""");
        assertThat(hearth("run", "env", "square")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "Invalid request: input: null found, object expected", "Give the task its input: --input JSON");
        assertThat(hearth("run", "env", "square", "--input", "null")).isEqualTo(2);
        assertThat(err.toString()).containsOnlyOnce("--input JSON");
    }

    @Test
    void aFailureIsToldOnce() {
        answers.put("POST /api/v1/runs", "{\"name\": \"r1\", \"url\": \"http://x/runs/r1\", \"phase\": \"QUEUED\"}");
        answers.put(
                "GET /api/v1/runs/r1",
                run(
                        "FAILED",
                        "\"error\": {\"code\": \"USER\", \"message\": \"Oh: no\", \"details\": \"Oh: no\\n\\tat There\\n\"}"));
        assertThat(hearth("run", "env", "square")).isEqualTo(1);
        answers.put(
                "GET /api/v1/runs/r1",
                run("TIMED_OUT", "\"error\": {\"code\": \"TIMED_OUT\", \"message\": \"It ran longer than 1 s.\"}"));
        assertThat(hearth("run", "env", "square")).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "http://x/runs/r1",
                        "FAILED (USER): Oh: no",
                        "\tat There",
                        "http://x/runs/r1",
                        "TIMED_OUT: It ran longer than 1 s.");
    }

    @Test
    void listsShowWhatFailedAndHowOften() {
        answers.put("GET /api/v1/runs", """
                {"items": [{"name": "r1", "phase": "FAILED", "error": {"code": "USER", "message": "no"}}]}""");
        answers.put("GET /api/v1/runs/r1/actions", """
                {"items": [{"name": "a0", "phase": "FAILED", "error": {"code": "USER"}, "attempts": [{}, {}, {}]}]}""");
        assertThat(hearth("get", "runs")).isZero();
        assertThat(hearth("get", "actions", "r1")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "name  environment  task  phase   error  createdAt  endedAt",
                        "r1    -            -     FAILED  USER   -          -",
                        "name  parent  task  phase   error  attempts  replica  createdAt  endedAt",
                        "a0    -       -     FAILED  USER   3         -        -          -");
    }

    /** A list of so many items n0, n1 ..., in pages as the server makes them. */
    private void list(String path, int size) {
        pages.put("GET " + path, query -> {
            int limit = number(query, "limit");
            int from = query.contains("cursor=") ? number(query, "cursor") : 0;
            int end = Math.min(size, from + limit);
            String items = IntStream.range(from, end)
                    .mapToObj(n -> "{\"name\": \"n" + n + "\", \"phase\": \"FAILED\"}")
                    .collect(Collectors.joining(", "));
            String next = end < size ? ", \"nextCursor\": \"" + end + "\"" : "";
            return "{\"items\": [" + items + "]" + next + (from == 0 ? ", \"total\": " + size + "}" : "}");
        });
    }

    private static int number(String query, String name) {
        return Integer.parseInt(query.replaceFirst(".*\\b" + name + "=(\\d+).*", "$1"));
    }

    @Test
    void whatAListLeavesOutIsTold() {
        list("/api/v1/runs/r1/actions", 10_001);
        assertThat(hearth("get", "actions", "r1")).isZero();
        assertThat(out.toString().lines()).hasSize(51);
        assertThat(err.toString().strip()).isEqualTo("50 of 10,001, --all for the rest");
        assertThat(hearth("get", "actions", "r1", "--limit", "10001")).isZero();
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void allFollowsThePagesAndJsonStaysOneArray() {
        list("/api/v1/runs", 1_203);
        assertThat(hearth("get", "runs", "--all")).isZero();
        assertThat(out.toString().lines())
                .hasSize(1_204)
                .startsWith("name  environment  task  phase   error  createdAt  endedAt");
        assertThat(err.toString()).isEmpty();
        out.getBuffer().setLength(0);
        assertThat(hearth("get", "runs", "--all", "--json")).isZero();
        JsonNode array = JsonMapper.shared().readTree(out.toString());
        assertThat(array).hasSize(1_203);
        assertThat(array.at("/1202/name").asString()).isEqualTo("n1202");
        out.getBuffer().setLength(0);
        list("/api/v1/runs", 0);
        assertThat(hearth("get", "runs", "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString())).isEmpty();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shortAndEmptyPagesAreNotTheEnd() {
        pages.put(
                "GET /api/v1/runs",
                query -> query.contains("cursor=")
                        ? "{\"items\": [{\"name\": \"rare\"}]}"
                        : "{\"items\": [], \"nextCursor\": \"x\"}");
        assertThat(hearth("get", "runs", "--text", "rare")).isZero();
        assertThat(out.toString().lines()).hasSize(2);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void filtersGoToTheServer() {
        list("/api/v1/runs", 1);
        list("/api/v1/runs/r1/actions", 1);
        assertThat(hearth(
                        "get",
                        "runs",
                        "orders",
                        "--phase",
                        "failed,TIMED_OUT",
                        "--task",
                        "t",
                        "--since",
                        "1h",
                        "--text",
                        "a b"))
                .isZero();
        assertThat(hearth("get", "actions", "r1", "--phase", "FAILED", "--task", "t", "--parent", "a0"))
                .isZero();
        assertThat(asked)
                .containsExactly(
                        "/api/v1/runs?project=default&environment=orders&task=t&phase=FAILED%2CTIMED_OUT&since=1h&q=a%20b&limit=50",
                        "/api/v1/runs/r1/actions?phase=FAILED&task=t&parent=a0&limit=50");
    }

    @Test
    void listsOfSeveralEnvironmentsSayOfWhichEachIs() {
        answers.put("GET /api/v1/environments", "{\"items\": [{\"name\": \"orders\"}, {\"name\": \"bills\"}]}");
        list("/api/v1/environments/orders/decisions", 60);
        list("/api/v1/environments/bills/decisions", 1);
        assertThat(hearth("get", "decisions", "--limit", "2")).isZero();
        assertThat(out.toString().lines().map(line -> line.split(" ")[0]))
                .containsExactly("environment", "orders", "orders", "bills");
        assertThat(err.toString().strip()).isEqualTo("orders: 2 of 60, --all for the rest");
    }

    @Test
    void anOptionThatAListWouldIgnoreIsRefused() {
        for (String[] ignored : new String[][] {
            {"envs", "-e", "x"},
            {"envs", "--phase", "FAILED"},
            {"replicas", "--task", "t"},
            {"runs", "--parent", "a0"},
            {"runs", "-r", "r1"},
            {"actions", "r1", "--since", "1h"},
            {"decisions", "--ended"},
            {"actions", "r1", "-r", "r2"},
            {"runs", "a", "-e", "b"},
            {"runs", "--all", "--limit", "7"}
        }) {
            String[] arguments =
                    Stream.concat(Stream.of("get"), Stream.of(ignored)).toArray(String[]::new);
            assertThat(hearth(arguments)).as(String.join(" ", arguments)).isEqualTo(2);
        }
        assertThat(asked).isEmpty();
        assertThat(err.toString())
                .contains("--phase is for runs, actions; get envs does not take it", "leave --limit out");
    }

    @Test
    void whatTheServerCannotReadIsToldInItsWords() {
        problems.put("GET /api/v1/runs", """
                {"title": "Invalid request", "status": 400, "detail": "limit: must be a whole number from 1 to 500",
                 "errors": [{"field": "limit", "message": "must be a whole number from 1 to 500"}]}""");
        assertThat(hearth("get", "runs", "--limit", "0")).isEqualTo(2);
        assertThat(hearth("get", "runs", "--limit", "-3", "--json")).isEqualTo(2);
        assertThat(err.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.endsWith("must be a whole number from 1 to 500"));
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void nobodyIsReadForWhoHasGone() {
        list("/api/v1/runs", 5_000);
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int each) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        PrintWriter closed = HearthCommand.output(gone, StandardCharsets.UTF_8);
        CommandLine command = HearthCommand.commandLine().setOut(closed).setErr(new PrintWriter(err, true));
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        assertThat(command.execute("get", "runs", "--all", "--endpoint", endpoint))
                .isZero();
        assertThat(asked).hasSizeLessThan(5);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void whatIsNoHearthServerIsToldAsSuch() {
        answers.put("GET /api/v1/runs", "<html>It works!</html>");
        assertThat(hearth("get", "runs")).isEqualTo(3);
        assertThat(err.toString().lines()).hasSize(1).allMatch(line -> line.contains("is no Hearth server"));
    }

    @Test
    void aFolderIsNoJar(@TempDir Path folder) {
        assertThat(hearth("deploy", folder.toString())).isEqualTo(2);
        assertThat(hearth("deploy", folder.resolve("none.jar").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("is a folder; deploy takes a jar", "there is no file");
    }

    @Test
    void whatARunWouldIgnoreIsRefused() {
        assertThat(hearth("run", "env", "square", "--detach", "--follow")).isEqualTo(2);
        assertThat(hearth("run", "env", "square", "--input", "")).isEqualTo(2);
        assertThat(hearth("what-if", "orders", "--policy", "")).isEqualTo(2);
        assertThat(asked).isEmpty();
        assertThat(err.toString()).contains("--detach does not wait", "--input is no JSON", "--policy is no JSON");
    }

    @Test
    void tablesOfSeveralEnvironmentsAreAligned() {
        answers.put(
                "GET /api/v1/environments",
                "{\"items\": [{\"name\": \"empty\"}, {\"name\": \"a-long-name\"}, {\"name\": \"b\"}]}");
        answers.put("GET /api/v1/environments/empty/replicas", "{\"items\": []}");
        answers.put("GET /api/v1/environments/a-long-name/replicas", "{\"items\": [{\"id\": \"1\"}]}");
        answers.put("GET /api/v1/environments/b/replicas", "{\"items\": [{\"id\": \"12\"}]}");
        assertThat(hearth("get", "replicas")).isZero();
        assertThat(out.toString().lines().map(line -> line.substring(0, 17)))
                .containsExactly("environment  id  ", "a-long-name  1   ", "b            12  ");
    }

    @Test
    void deployAnswersJsonToPrograms(@TempDir Path folder) throws Exception {
        Path jar = Files.writeString(folder.resolve("app.jar"), "code");
        answers.put("POST /api/v1/bundles", """
                {"sha256": "abc", "size": 4, "environments": [{"name": "orders", "tasks": [], "spec": {"env": {}}}]}""");
        answers.put("PUT /api/v1/environments/orders", """
                {"name": "orders", "version": "v2", "pool": "7", "warnings": ["small"]}""");
        assertThat(hearth("deploy", jar.toString(), "--json")).isZero();
        JsonNode deployments = JsonMapper.shared().readTree(out.toString());
        assertThat(deployments.at("/0/version").asString()).isEqualTo("v2");
        assertThat(deployments.at("/0/warnings/0").asString()).isEqualTo("small");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void cancelSaysWhetherItCameTooLate() {
        answers.put("GET /api/v1/runs/r1", "{\"name\": \"r1\", \"phase\": \"RUNNING\", \"endedAt\": null}");
        answers.put("POST /api/v1/runs/r1/cancel", "{\"name\": \"r1\", \"phase\": \"ABORTED\"}");
        assertThat(hearth("cancel", "r1")).isZero();
        answers.put(
                "GET /api/v1/runs/r1/actions/a1",
                "{\"name\": \"a1\", \"phase\": \"SUCCEEDED\", \"endedAt\": \"2026-01-01T00:00:00Z\"}");
        answers.put("POST /api/v1/runs/r1/actions/a1/cancel", "{\"name\": \"a1\", \"phase\": \"SUCCEEDED\"}");
        assertThat(hearth("cancel", "r1", "a1")).isZero();
        assertThat(out.toString().lines()).containsExactly("r1 ABORTED", "a1 had already ended: SUCCEEDED");
    }

    @Test
    void eachOfTheseVerbsExplainsItself() {
        for (String verb : List.of("why", "warm", "pause", "resume", "retire", "drain", "what-if")) {
            assertThat(hearth(verb, "--help")).as(verb).isZero();
        }
        assertThat(out.toString()).contains("Usage: hearth what-if", "Usage: hearth retire", "REPLICA_ID");
    }

    private int plainly(String... arguments) {
        CommandLine command =
                HearthCommand.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private int hearth(String... arguments) {
        String[] withEndpoint = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, withEndpoint, 0, arguments.length);
        withEndpoint[arguments.length] = "--endpoint";
        withEndpoint[arguments.length + 1] =
                "http://127.0.0.1:" + server.getAddress().getPort();
        return plainly(withEndpoint);
    }

    private static String run(String phase, String more) {
        return """
                {"name": "r1", "url": "http://x/runs/r1", "project": "default", "environment": "env", "version": "v",
                 "task": "square", "phase": "%s", "createdAt": "2026-01-01T00:00:00Z", "actions": {}, %s}
                """.formatted(phase, more);
    }
}
