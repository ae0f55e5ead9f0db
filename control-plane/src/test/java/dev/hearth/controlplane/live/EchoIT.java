package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.api.ExactJson;
import dev.hearth.api.Page;
import dev.hearth.api.RawJson;
import dev.hearth.api.RunView;
import dev.hearth.controlplane.WrittenJson;
import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Json;
import dev.hearth.sdk.Task;
import dev.hearth.sdk.TransactionalRuns;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is sent to a task that answers its input comes back as it was written, through every door. */
@Tag("beside-others")
class EchoIT {
    private static final String ENVIRONMENT = "all-types";
    private static final int DOCUMENTS = 10_000;
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static Path jar;
    private static URLClassLoader commands;

    @BeforeAll
    static void start() throws IOException {
        jar = jar("echoed");
        commands = commands();
        server = LiveServer.start(folder.resolve("home"));
        String bundle = upload(jar).get("sha256").stringValue();
        HttpResponse<String> deployed =
                server.exchange("PUT", "/api/v1/environments/" + ENVIRONMENT, """
                {"image": "process:java", "bundle": "%s", "resources": {"cpu": "1", "memory": "512Mi"},
                 "reuse": {"replicas": 1, "concurrency": 50}}""".formatted(bundle), null);
        assertThat(deployed.statusCode()).as(deployed.body()).isEqualTo(201);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        commands.close();
    }

    @Test
    void digitsAreThoseThatWereWritten() {
        for (String task : List.of("BigDecimal", "Object", "RawJson")) {
            for (String number :
                    List.of("0.1000000000000000055", "1.10", "1E2", "-0", "1e400", "1e999999999", "-0.0")) {
                assertThat(called(task, number)).as(task).isEqualTo(number);
            }
        }
        String nested = "{\"d\":1.10,\"e\":[1E2,{\"f\":1e400}]}";
        assertThat(called("Object", nested)).isEqualTo(nested);
        assertThat(called("JsonNode", nested)).isEqualTo(nested);
    }

    /** No number becomes a text. */
    @Test
    void aNumberThatADoubleCannotHoldIsRefused() {
        RunView run = run("Double", "1e400");
        assertThat(run.error().code()).isEqualTo("INVALID_INPUT");
        assertThat(run.error().message()).contains("1e400");
    }

    @Test
    void valuesOfEveryTypeComeBackThroughEveryDoor() throws Exception {
        Map<String, List<RawJson>> written = ExactJson.read(
                JSON.readerFor(new TypeReference<Map<String, List<RawJson>>>() {}), called("written", "null"));
        assertThat(written).hasSizeGreaterThan(60);
        List<String> faults = new ArrayList<>();
        for (var each : written.entrySet()) {
            each.getValue()
                    .forEach(value ->
                            compare(faults, "REST " + each.getKey(), value, called(each.getKey(), value.text())));
            List<String> batch = batch(
                    each.getKey(), each.getValue().stream().map(RawJson::text).toList());
            for (int i = 0; i < batch.size(); i++) {
                compare(faults, "batch " + each.getKey(), each.getValue().get(i), ended(batch.get(i)));
            }
        }
        inTransactions(written).forEach((run, value) -> compare(faults, "hearth_submit", value, ended(run)));
        sdk(faults);
        assertThat(called("children", "null")).isEqualTo("[]");
        assertThat(faults).isEmpty();
    }

    @Test
    void tenThousandDocumentsAreEchoedByteForByte() throws Exception {
        WrittenJson source = new WrittenJson(13);
        List<String> documents = Stream.generate(source::next).limit(DOCUMENTS).toList();
        List<String> names = batch("RawJson", documents);
        Map<String, String> outputs = outputs(names);
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(outputs.get(names.get(i))).isEqualTo(documents.get(i));
        }
        try (Hearth hearth = Hearth.connect("http://127.0.0.1:" + server.port(), null);
                Connection connection = connect()) {
            Map<String, String> submitted = new HashMap<>();
            for (String document : documents.subList(0, 300)) {
                assertThat(called("RawJson", document)).isEqualTo(document);
                assertThat(hearth.run(ENVIRONMENT, "RawJson", RawJson.of(document))
                                .outputs(RawJson.class)
                                .text())
                        .isEqualTo(document);
                submitted.put(
                        TransactionalRuns.submit(connection, ENVIRONMENT, "RawJson", RawJson.of(document), null),
                        document);
            }
            connection.commit();
            submitted.forEach((run, document) -> assertThat(ended(run)).isEqualTo(document));
        }
    }

    @Test
    void theCommandAndTheEventsOfARunHandOnWhatWasWritten() throws Exception {
        WrittenJson source = new WrittenJson(14);
        List<String> documents = Stream.generate(source::next).limit(300).toList();
        List<String> names = batch("RawJson", documents);
        for (int i = 0; i < documents.size(); i++) {
            String document = documents.get(i);
            assertThat(command("run", ENVIRONMENT, "RawJson", "--input", document))
                    .isEqualTo(document + System.lineSeparator());
            Path file = Files.writeString(folder.resolve("input.json"), document);
            if (i % 10 == 0) {
                assertThat(view(command("run", ENVIRONMENT, "RawJson", "--json", "--input", "@" + file))
                                .output()
                                .text())
                        .isEqualTo(document);
            }
            // A line break would end a line of the event.
            assertThat(view(lastEvent(names.get(i))).output().text())
                    .isEqualTo(document.replace('\r', ' ').replace('\n', ' '));
        }
    }

    @Test
    void aTypeThatNothingCanBeReadAsIsToldAtDeployment() throws IOException {
        HttpResponse<String> answer = post(jar("unreadable"));
        assertThat(answer.statusCode()).isBetween(400, 499);
        assertThat(JSON.readTree(answer.body()).get("detail").stringValue())
                .contains("task drawings/area", "input", "Drawings$Shape", "@JsonTypeInfo");
    }

    /** The types themselves, through a connection as programs have it. */
    @SuppressWarnings("unchecked")
    private static void sdk(List<String> faults) throws Exception {
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()}, EchoIT.class.getClassLoader());
                Hearth hearth = Hearth.connect("http://127.0.0.1:" + server.port(), null)) {
            // Where the names of classes in values are looked up.
            Thread.currentThread().setContextClassLoader(loader);
            Class<?> types = loader.loadClass("dev.hearth.worker.echoed.AllTypes");
            for (Object sample : (List<Object>) types.getField("SAMPLES").get(null)) {
                Task<Object, Object> task = (Task<Object, Object>)
                        sample.getClass().getMethod("task").invoke(sample);
                for (Object value :
                        (List<Object>) sample.getClass().getMethod("values").invoke(sample)) {
                    RawJson input = RawJson.of(new String(Json.write(value)));
                    compare(faults, "SDK " + task.name(), input, new String(Json.write(hearth.call(task, value))));
                }
            }
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
    }

    private static Map<String, RawJson> inTransactions(Map<String, List<RawJson>> written) throws Exception {
        Map<String, RawJson> runs = new HashMap<>();
        try (Connection connection = connect()) {
            for (var each : written.entrySet()) {
                for (RawJson value : each.getValue()) {
                    runs.put(TransactionalRuns.submit(connection, ENVIRONMENT, each.getKey(), value, null), value);
                }
            }
            connection.commit();
        }
        return runs;
    }

    private static void compare(List<String> faults, String door, RawJson sent, String back) {
        if (!sent.text().equals(back)) {
            faults.add(door + ": " + sent + " came back as " + back);
        }
    }

    private static RunView run(String task, String input) {
        HttpResponse<String> answer = server.exchange(
                "POST",
                "/api/v1/runs?wait=60s",
                "{\"environment\": \"%s\", \"task\": \"%s\", \"input\": %s}".formatted(ENVIRONMENT, task, input),
                null);
        assertThat(answer.statusCode())
                .as(task + " " + input + ": " + answer.body())
                .isEqualTo(201);
        return view(answer.body());
    }

    private static String called(String task, String input) {
        RunView run = run(task, input);
        return run.output() == null ? String.valueOf(run.error()) : run.output().text();
    }

    private static List<String> batch(String task, List<String> inputs) {
        HttpResponse<String> answer = server.exchange(
                "POST",
                "/api/v1/runs:batch",
                "{\"environment\": \"%s\", \"task\": \"%s\", \"inputs\": [%s]}"
                        .formatted(ENVIRONMENT, task, String.join(",", inputs)),
                null);
        assertThat(answer.statusCode()).as(task + ": " + answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body())
                .get("names")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
    }

    /** The run appears a moment after its commit. */
    private static String ended(String run) {
        RunView[] view = new RunView[1];
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            HttpResponse<String> answer = server.exchange("GET", "/api/v1/runs/" + run + "?wait=30s", null, null);
            view[0] = answer.statusCode() == 200 ? view(answer.body()) : null;
            return view[0] != null && view[0].phase().isTerminal();
        });
        return view[0].output() == null
                ? String.valueOf(view[0].error())
                : view[0].output().text();
    }

    /** Of many runs, page by page once the last has ended. */
    private static Map<String, String> outputs(List<String> names) {
        List<String> open = new ArrayList<>(names);
        Collections.reverse(open);
        open.stream().limit(200).forEach(EchoIT::ended);
        Map<String, String> outputs = new HashMap<>();
        await().atMost(Duration.ofMinutes(5)).until(() -> {
            outputs.clear();
            for (String cursor = ""; cursor != null; ) {
                Page<RunView> page = ExactJson.read(
                        JSON.readerFor(new TypeReference<Page<RunView>>() {}),
                        server.exchange("GET", "/api/v1/runs?phase=SUCCEEDED&limit=500" + cursor, null, null)
                                .body());
                page.items().forEach(run -> outputs.put(run.name(), String.valueOf(run.output())));
                cursor = page.nextCursor() == null ? null : "&cursor=" + page.nextCursor();
            }
            return outputs.keySet().containsAll(names);
        });
        return outputs;
    }

    /** The data of the last event of a run. */
    private static String lastEvent(String run) {
        try (Stream<String> lines = server.lines("/api/v1/runs/" + run + "/events", Map.of())) {
            List<String> all = lines.filter(line -> !line.isEmpty()).toList();
            assertThat(all.get(all.size() - 2)).isEqualTo("event:end");
            return all.getLast().substring("data:".length());
        }
    }

    /** What the command prints, run in this process: starting one for each call would take minutes. */
    private static String command(String... arguments) throws ReflectiveOperationException {
        Class<?> hearth = commands.loadClass("dev.hearth.cli.HearthCommand");
        Method commandLine = hearth.getDeclaredMethod("commandLine");
        commandLine.setAccessible(true);
        Object line = commandLine.invoke(null);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.getClass().getMethod("setOut", PrintWriter.class).invoke(line, new PrintWriter(out, true));
        line.getClass().getMethod("setErr", PrintWriter.class).invoke(line, new PrintWriter(err, true));
        String[] all = Stream.concat(Stream.of(arguments), Stream.of("--endpoint", "http://127.0.0.1:" + server.port()))
                .toArray(String[]::new);
        Object status = line.getClass().getMethod("execute", String[].class).invoke(line, (Object) all);
        assertThat(status).as(err.toString()).isEqualTo(0);
        return out.toString();
    }

    /** The command as it is built, apart from the classes of this test. */
    private static URLClassLoader commands() throws IOException {
        Path target = Path.of("..", "cli", "target");
        List<URL> urls = new ArrayList<>();
        try (Stream<Path> files = Stream.concat(Files.list(target), Files.list(target.resolve("lib")))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".jar")).toList()) {
                urls.add(file.toUri().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static RunView view(String body) {
        return ExactJson.read(JSON.readerFor(RunView.class), body);
    }

    private static Connection connect() throws Exception {
        Connection connection = DriverManager.getConnection(
                Files.readString(server.home().resolve("postgres").resolve("jdbc-url")));
        connection.setAutoCommit(false);
        return connection;
    }

    private static JsonNode upload(Path bundle) throws IOException {
        HttpResponse<String> answer = post(bundle);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> post(Path bundle) throws IOException {
        return server.exchange(
                "POST",
                "/api/v1/bundles",
                Files.readAllBytes(bundle),
                Map.of("Content-Type", "application/java-archive"));
    }

    /** A package of the worker's tests as a jar. */
    private static Path jar(String name) throws IOException {
        Path classes = Path.of("..", "worker-service", "target", "test-classes");
        Path file = folder.resolve(name + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file));
                Stream<Path> files =
                        Files.walk(classes.resolve("dev/hearth/worker").resolve(name))) {
            for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
                Files.copy(each, out);
            }
        }
        return file;
    }
}
