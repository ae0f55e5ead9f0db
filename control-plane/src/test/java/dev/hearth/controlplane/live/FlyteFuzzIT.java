package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.hearth.controlplane.live.FuzzedFlyteCalls.Call;
import dev.hearth.controlplane.live.FuzzedFlyteCalls.Method;
import flyteidl2.workflow.CreateRunRequest;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Five thousand calls of the Flyte door that are well-formed and senseless: each is answered with a success or a refusal that says why,
 * none with a failure that nobody foresaw, and afterwards all is in order. The server finds no Python, so that what the fuzz starts
 * costs no process. {@code -Dfuzz.seed} takes another seed.
 */
class FlyteFuzzIT {
    private static final long SEED = Long.getLong("fuzz.seed", 20_260_801);
    private static final int CASES = Integer.getInteger("fuzz.flyte", 5_000);
    private static final int CALLERS = 6;
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Of what nobody foresaw, or of a server that is not well. */
    private static final Set<String> NEVER =
            Set.of("", "unknown", "internal", "unavailable", "resource_exhausted", "canceled");

    /** They change most, and have most that can be wrong. */
    private static final Set<String> OFTEN = Set.of("CreateRun", "Enqueue", "DeployTask");

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static JdbcClient sql;
    private static PlayedRoot root;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws IOException {
        System.out.println("fuzz.seed = " + SEED);
        server = new LiveServer(folder.resolve("home")).withoutPython();
        server.start();
        sql = PlayedReplica.database(server);
        server.deployExample("reuse_concurrency", Map.of("replicas", 1, "concurrency", 10, "idleTtl", "PT10M"));
    }

    @AfterAll
    static void stop() {
        if (root != null) {
            root.close();
        }
        server.close();
    }

    @Test
    void everyCallIsAnsweredWithASuccessOrARefusalThatSaysWhy() throws Exception {
        FuzzedFlyteCalls calls = new FuzzedFlyteCalls(new FuzzedFlyteCalls.Runs("rlive", "raborted", "rended"));
        begin();
        List<Method> served = FuzzedFlyteCalls.methods().stream()
                .filter(method -> !code(method, FuzzedFlyteCalls.empty(method)).equals("unimplemented"))
                .flatMap(method -> IntStream.range(0, OFTEN.stream().anyMatch(method.name()::endsWith) ? 4 : 1)
                        .mapToObj(again -> method))
                .toList();
        Map<String, AtomicInteger> byCode = new ConcurrentSkipListMap<>();
        Queue<String> faults = new ConcurrentLinkedQueue<>();

        inParallel(n -> {
            Random random = new Random(SEED + 1_000_003L * n);
            int turn = n % (served.size() + 2);
            String fault = turn < served.size()
                    ? connect(calls.next(served.get(turn), random), byCode)
                    : plain(calls.nextPlain(random), byCode);
            if (fault != null) {
                faults.add("case " + n + ", " + fault);
            }
        });

        System.out.println(CASES + " calls of " + Set.copyOf(served).size() + " methods, answers by code: " + byCode);
        assertThat(faults.stream().limit(12))
                .as(faults.size() + " faults, seed " + SEED)
                .isEmpty();
        await("no call is left").atMost(Duration.ofSeconds(20)).until(() -> callsUnderWay() <= 1);
        assertThat(server.get("/api/v1/runs/rlive").get("phase").asString())
                .as("nobody has ended it")
                .isEqualTo("RUNNING");
        server.post("/api/v1/runs/rlive/cancel", Map.of());
        everythingIsInOrder();
    }

    /** A run whose root runs, in a replica that is played, and two that have ended. */
    private void begin() throws Exception {
        CreateRunRequest.Builder live = FlyteRequests.create("rlive").toBuilder();
        live.getTaskSpecBuilder().getEnvironmentBuilder().setName("live-flyte");
        send("flyteidl2.workflow.RunService/CreateRun", live.build());
        root = PlayedRoot.of(server, "live-flyte");
        send("flyteidl2.actions.ActionsService/Enqueue", FlyteRequests.enqueue("rlive", "a1"));
        send("flyteidl2.actions.ActionsService/Enqueue", FlyteRequests.trace("rlive", "a2"));
        send("flyteidl2.task.TaskService/DeployTask", FlyteRequests.deploy());
        for (String run : List.of("raborted", "rended")) {
            send("flyteidl2.workflow.RunService/CreateRun", FlyteRequests.create(run));
            server.post("/api/v1/runs/" + run + "/cancel", Map.of());
        }
    }

    private void send(String procedure, Message request) {
        HttpResponse<String> answer = server.exchange(
                "POST",
                "/" + procedure,
                request.toByteArray(),
                Map.of("Content-Type", "application/proto", "Connect-Protocol-Version", "1"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Answers what is wrong with the answer; null = nothing. */
    private String connect(Call call, Map<String, AtomicInteger> byCode) {
        String code = code(call.method(), call);
        byCode.computeIfAbsent(code, first -> new AtomicInteger()).incrementAndGet();
        return NEVER.contains(code) || code.contains(" ") ? code + ": " + call : null;
    }

    /** Of the answer, {@code ok} for a success; with a space in it = no answer as it should be. */
    private String code(Method method, Call call) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/" + method.name()))
                .header("Content-Type", call.contentType())
                .headers(call.headers().toArray(String[]::new))
                .POST(BodyPublishers.ofByteArray(call.body()))
                .build();
        Future<HttpResponse<byte[]>> answer = http.sendAsync(request, BodyHandlers.ofByteArray());
        try {
            return code(answer.get(SOON.toMillis(), TimeUnit.MILLISECONDS), call);
        } catch (TimeoutException e) {
            answer.cancel(true);
            return "stuck for " + SOON;
        } catch (ExecutionException e) {
            return "no answer, " + e.getCause();
        } catch (IOException | JacksonException e) {
            return "unreadable answer, " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String code(HttpResponse<byte[]> answer, Call call) throws IOException {
        if (answer.statusCode() != 200) {
            return JSON.readTree(answer.body()).path("code").asString("");
        }
        if (!call.method().stream()) {
            read(call, answer.body());
            return "ok";
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer.body()))) {
            while (true) {
                int flags = in.readUnsignedByte();
                byte[] content = in.readNBytes(in.readInt());
                if ((flags & 2) != 0) {
                    JsonNode error = JSON.readTree(content).path("error");
                    return error.isMissingNode() ? "ok" : error.path("code").asString("");
                }
                read(call, content);
            }
        }
    }

    private static void read(Call call, byte[] message) throws InvalidProtocolBufferException {
        DynamicMessage type = call.method().answer();
        if (call.isJson()) {
            JSON.readTree(message);
        } else {
            type.getParserForType().parseFrom(message);
        }
    }

    private static String plain(RawRequest request, Map<String, AtomicInteger> byCode) throws IOException {
        RawRequest.Answer answer = request.send(server.port());
        byCode.computeIfAbsent("plain " + answer.status(), first -> new AtomicInteger())
                .incrementAndGet();
        boolean succeeded = answer.status() == 200 || answer.status() == 303;
        boolean cutOff = answer.status() == 0 && request.cutOff();
        boolean explained = answer.status() >= 400
                && answer.status() < 500
                && answer.contentType().startsWith("application/problem+json")
                && !JSON.readTree(answer.body()).path("detail").asString("").isBlank();
        return succeeded || cutOff || explained ? null : "no proper answer: " + request + "\n  -> " + answer;
    }

    /** Requests that the server has not answered, this one included. */
    private static double callsUnderWay() {
        return server.exchange("GET", "/actuator/prometheus", null, null)
                .body()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_active_seconds_count"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static void everythingIsInOrder() throws IOException {
        String run = server.submit("reuse_concurrency", "reuse_concurrency", Map.of("n", 20));
        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(190);
        assertThat(new StoredRows(sql).faults()).as("seed " + SEED).isEmpty();
        assertThat(Files.readString(server.home().resolve("server.log"))
                        .lines()
                        .filter(line -> line.contains(" ERROR ") || line.startsWith("\tat ") || line.contains("SEVERE"))
                        .limit(10))
                .as("the server's log, seed " + SEED)
                .isEmpty();
        for (String page : List.of("/", "/runs/rlive", "/runs/rended", "/api/v1/runs?limit=500")) {
            assertThat(server.exchange("GET", page, null, null).statusCode())
                    .as(page)
                    .isEqualTo(200);
        }
    }

    private interface Case {
        void run(int n) throws Exception;
    }

    private static void inParallel(Case each) throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<?>> done = IntStream.range(0, CALLERS)
                    .<Future<?>>mapToObj(caller -> callers.submit(() -> {
                        for (int n = next.getAndIncrement(); n < CASES; n = next.getAndIncrement()) {
                            each.run(n);
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> caller : done) {
                caller.get();
            }
        }
    }
}
