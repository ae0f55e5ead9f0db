package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What executions print: apart, live, kept, and bounded. */
class LogsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ENV = "chatter";
    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    private static Path folder;

    private static LiveServer server;

    /** A line as the events tell it. */
    private record Line(String id, Instant seen, String stream, String text) {}

    @BeforeAll
    static void start() {
        server = LiveServer.start(folder.resolve("home"));
        server.deployExample(ENV, Map.of("replicas", 1, "concurrency", 101, "idleTtl", 120));
        server.succeeded(server.submit(ENV, "talk", talk("warm", 1, 0)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aHundredExecutionsInOneProcessHaveALogEach() {
        List<String> tags =
                IntStream.range(0, 100).mapToObj(i -> "speaker-" + i).toList();
        List<String> runs = server.submitAll(
                ENV, "talk", tags.stream().map(tag -> talk(tag, 200, 1)).toList());
        runs.forEach(LogsIT::awaitSuccess);
        printTimes(runs);

        for (int i = 0; i < runs.size(); i++) {
            String tag = tags.get(i);
            List<String> lines = log(runs.get(i), "?timestamps=true").lines().toList();
            assertThat(lines).as(tag).hasSize(200);
            for (int n = 0; n < lines.size(); n++) {
                String[] parts = lines.get(n).split(" ", 3);
                assertThat(Instant.parse(parts[0])).isBefore(Instant.now());
                assertThat(parts[1]).isEqualTo(n % 4 == 1 ? "stderr" : "stdout");
                String said = tag + " line " + n;
                if (n % 4 == 2) {
                    assertThat(parts[2]).as("SLF4J").contains("Chatter").endsWith(" : " + said);
                } else {
                    assertThat(parts[2]).isEqualTo(said);
                }
            }
        }
        assertThat(Stream.concat(runs.stream(), Stream.of(runs.getFirst()))
                        .map(run ->
                                server.actions(run).getFirst().get("replica").asString())
                        .distinct())
                .as("all in one process")
                .hasSize(1);
    }

    private static void printTimes(List<String> runs) {
        List<Instant> times = runs.stream()
                .map(run -> server.get("/api/v1/runs/" + run + "/actions/a0").at("/attempts/0"))
                .flatMap(attempt -> Stream.of("startedAt", "endedAt")
                        .map(name -> Instant.parse(attempt.get(name).asString())))
                .sorted()
                .toList();
        System.out.printf(
                "100 executions of 200 lines in one process: %d ms%n",
                Duration.between(times.getFirst(), times.getLast()).toMillis());
    }

    @Test
    void theDocumentTellsOfBothForms() {
        JsonNode log = server.get("/openapi").at("/paths/~1api~1v1~1runs~1{run}~1actions~1{action}~1logs/get");
        assertThat(log.at("/responses/200/content").propertyNames())
                .containsExactlyInAnyOrder("text/plain", "text/event-stream");
        assertThat(log.at("/parameters")
                        .valueStream()
                        .map(each -> each.get("name").asString()))
                .containsExactlyInAnyOrder("run", "action", "follow", "timestamps", "Last-Event-ID");
    }

    @Test
    void aFollowerSeesALineAsSoonAsItIsPrinted() {
        String run = server.submit(ENV, "tick", talk("tick", 100, 10));
        List<Line> lines = events(run, "", all -> false);
        assertThat(lines).hasSize(100);
        List<Long> delays = lines.stream()
                .map(line -> Duration.between(Instant.parse(line.text().split(" ")[1]), line.seen())
                        .toMillis())
                .sorted()
                .toList();
        System.out.printf(
                "From print to seen: median %d ms, longest %d ms of %d lines%n",
                delays.get(delays.size() / 2), delays.getLast(), delays.size());
        assertThat(delays.getLast()).as("longest in ms").isLessThan(2_000);
    }

    @Test
    void aFloodIsCutWithAMarkAndHarmsNobody() {
        Instant begin = Instant.now();
        String flood = server.submit(ENV, "flood", Map.of("megabytes", 100));
        String neighbour = server.submit(ENV, "talk", talk("neighbour", 400, 1));
        awaitSuccess(neighbour);
        long neighbourTook = Duration.between(begin, Instant.now()).toMillis();
        awaitSuccess(flood);
        System.out.printf(
                "100 MB printed and cut: %d ms; its neighbour of 400 lines: %d ms%n",
                Duration.between(begin, Instant.now()).toMillis(), neighbourTook);

        String log = log(flood, "");
        assertThat(log.length()).isBetween(8_000_000, 8 << 20);
        assertThat(log.lines().filter(line -> line.startsWith("[")))
                .containsExactly("[log cut: more than 8 MB; the rest was dropped]");
        assertThat(log).endsWith("dropped]\n");
        List<String> lines = log(neighbour, "").lines().toList();
        assertThat(lines).hasSize(400).allSatisfy(line -> assertThat(line).contains("neighbour line "));
    }

    @Test
    void aLogOutlivesItsReplica() {
        server.deployExample(ENV, Map.of("replicas", 1, "concurrency", 101, "idleTtl", 120), Map.of("life", "short"));
        String run = server.submit(ENV, "talk", talk("mortal", 100, 0));
        server.succeeded(run);
        String slow = server.submit(ENV, "tick", talk("unfinished", 2_000, 50));
        await().atMost(SOON).until(() -> log(slow, "").lines().count() >= 5);

        String replica = server.actions(slow).getFirst().get("replica").asString();
        ProcessHandle process = processOf(replica);
        process.destroyForcibly();
        await().atMost(SOON).until(() -> !process.isAlive());
        server.post("/api/v1/runs/" + slow + "/cancel", Map.of());

        assertThat(log(run, "").lines())
                .hasSize(100)
                .allSatisfy(line -> assertThat(line).contains("mortal line "));
        assertThat(log(slow, "").lines()).hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void aBrokenConnectionGoesOnWhereItWas() {
        String run = server.submit(ENV, "talk", talk("resumed", 120, 5));
        List<Line> seen = new ArrayList<>();
        for (int part = 1; part <= 3; part++) {
            int enough = 25 * part;
            String last = seen.isEmpty() ? "" : seen.getLast().id();
            seen.addAll(events(run, last, lines -> seen.size() + lines.size() >= enough));
        }
        seen.addAll(events(run, seen.getLast().id(), lines -> false));
        assertThat(seen).extracting(Line::text).hasSize(120);
        assertThat(events(run, "", lines -> false)).extracting(Line::id).isEqualTo(ids(seen));
        for (int known : List.of(1, 60, 119, 120)) {
            assertThat(events(run, seen.get(known - 1).id(), lines -> false))
                    .extracting(Line::id)
                    .as("behind line %d", known)
                    .isEqualTo(ids(seen.subList(known, 120)));
        }
    }

    @Test
    void whatIsNotThereIsToldAsAProblem() {
        String run = server.submit(ENV, "talk", talk("known", 1, 0));
        server.succeeded(run);
        for (String path :
                List.of("/api/v1/runs/nowhere/actions/a0/logs", "/api/v1/runs/" + run + "/actions/a9/logs")) {
            for (String accept : List.of("*/*", "text/event-stream")) {
                HttpResponse<String> answer = server.exchange("GET", path, null, Map.of("Accept", accept));
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                assertThat(JSON.readTree(answer.body()).get("detail").asString())
                        .contains("There is no action");
            }
        }
        HttpResponse<String> answer = server.exchange(
                "GET",
                "/api/v1/runs/" + run + "/actions/a0/logs",
                null,
                Map.of("Accept", "text/event-stream", "Last-Event-ID", "yesterday"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).at("/errors/0/field").asString())
                .isEqualTo("Last-Event-ID");
    }

    /** Without the pauses of a poll: there are many. */
    private static void awaitSuccess(String run) {
        assertThat(server.get("/api/v1/runs/" + run + "?wait=60s").get("phase").asString())
                .isEqualTo("SUCCEEDED");
    }

    /** From the placement that people read: "pid 4711 on host". */
    private static ProcessHandle processOf(String replica) {
        String placement = server.everyReplica(ENV).stream()
                .filter(each -> each.get("id").asString().equals(replica))
                .map(each -> each.get("placement").asString())
                .findFirst()
                .orElseThrow();
        return ProcessHandle.of(Long.parseLong(placement.split(" ")[1])).orElseThrow();
    }

    private static Map<String, Object> talk(String tag, int lines, int pauseMillis) {
        return Map.of("tag", tag, "lines", lines, "pauseMillis", pauseMillis);
    }

    private static String log(String run, String query) {
        return server.exchange("GET", "/api/v1/runs/" + run + "/actions/a0/logs" + query, null, null)
                .body();
    }

    /** Follows until the end, or until it was enough. */
    private static List<Line> events(String run, String lastEventId, Predicate<List<Line>> enough) {
        List<Line> lines = new ArrayList<>();
        Map<String, String> headers = lastEventId.isEmpty()
                ? Map.of("Accept", "text/event-stream")
                : Map.of("Accept", "text/event-stream", "Last-Event-ID", lastEventId);
        try (Stream<String> answer = server.lines("/api/v1/runs/" + run + "/actions/a0/logs?follow=true", headers)) {
            String event = "";
            String id = "";
            for (Iterator<String> each = answer.iterator(); each.hasNext() && !enough.test(lines); ) {
                String line = each.next();
                if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ") && event.equals("line")) {
                    JsonNode data = JSON.readTree(line.substring(6));
                    assertThat(data.get("attempt").asInt()).isEqualTo(1);
                    lines.add(new Line(
                            id,
                            Instant.now(),
                            data.get("stream").asString(),
                            data.get("line").asString()));
                }
            }
            if (!enough.test(lines)) {
                assertThat(event).as("the last event").isEqualTo("end");
            }
        }
        return lines;
    }

    private static List<String> ids(List<Line> lines) {
        return lines.stream().map(Line::id).toList();
    }
}
