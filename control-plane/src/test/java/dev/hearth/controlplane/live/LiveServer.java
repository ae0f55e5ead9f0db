package dev.hearth.controlplane.live;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged control plane as a process of its own, with its own data folder, reached through REST like by anyone. */
final class LiveServer implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration STARTUP = Duration.ofSeconds(120);

    /**
     * The worker of all live servers: the first unpacks it and trains its cache, which takes a dozen seconds of processor time,
     * and the others find it there, as a server finds it that is started again.
     */
    private static final Path WORKER = Path.of("target", "live-worker").toAbsolutePath();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path home;
    private final int port = freePort();
    private final int workerPort = freePort();
    private final Map<String, String> settings = new TreeMap<>();
    private Process process;
    private String token = "";

    LiveServer(Path home) {
        this.home = home;
    }

    static LiveServer start(Path home) {
        LiveServer server = new LiveServer(home);
        server.start();
        return server;
    }

    LiveServer with(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /** It finds none that works, so that runs of Python tasks cost nothing: no replica can be started for them. */
    LiveServer withoutPython() throws IOException {
        Path programs = Files.createDirectories(home.resolve("no-python"));
        for (String name : List.of("python3", "python3.12")) {
            Path none = Files.writeString(programs.resolve(name), "#!/bin/false\n");
            Files.setPosixFilePermissions(none, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return with("PATH", programs + File.pathSeparator + System.getenv("PATH"));
    }

    /** Sends this token with every request that has no other. */
    LiveServer authorized(String bearer) {
        token = bearer;
        return this;
    }

    /** Starts it, also again after a kill, on the same data and ports. */
    void start() {
        try {
            Files.createDirectories(home);
            shareWorker();
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-jar",
                    serverJar().toString());
            builder.environment().keySet().removeIf(name -> name.startsWith("HEARTH_"));
            builder.environment()
                    .putAll(Map.of(
                            "HEARTH_HOME", home.toString(),
                            "HEARTH_PORT", Integer.toString(port),
                            "HEARTH_WORKER_PORT", Integer.toString(workerPort)));
            builder.environment().putAll(settings);
            builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            home.resolve("server.log").toFile()));
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the server is ready, see " + home.resolve("server.log"))
                .atMost(STARTUP)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("the server ended:\n" + Files.readString(home.resolve("server.log")));
                    }
                    return isReady();
                });
    }

    private void shareWorker() throws IOException {
        Path worker = home.resolve("worker");
        if (!Files.exists(worker)) {
            Files.createSymbolicLink(worker, Files.createDirectories(WORKER));
        }
    }

    private boolean isReady() {
        try {
            return exchange("GET", "/actuator/health/readiness", null, null).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** As the kernel does it: no hook runs, nothing is flushed. */
    void killHard() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Orderly, but leaves its replicas to themselves if it is told to keep them. */
    void stop() {
        process.destroy();
        process.onExit().join();
    }

    @Override
    public void close() {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroy();
        process.onExit().join();
        await("all child processes have ended")
                .atMost(Duration.ofSeconds(40))
                .until(() -> family.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** What a server that was killed for good has left running. */
    void endLeftovers() {
        leftovers().forEach(ProcessHandle::destroyForcibly);
        await("no worker is left").atMost(Duration.ofSeconds(10)).until(() -> workerProcesses() == 0);
    }

    Path home() {
        return home;
    }

    int port() {
        return port;
    }

    int workerPort() {
        return workerPort;
    }

    HttpResponse<String> exchange(String method, String path, Object body, Map<String, String> headers) {
        HttpRequest.BodyPublisher content = switch (body) {
            case null -> BodyPublishers.noBody();
            case String text -> BodyPublishers.ofString(text);
            case byte[] bytes -> BodyPublishers.ofByteArray(bytes);
            default -> BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
        };
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(120))
                .method(method, content);
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        if (!token.isEmpty()) {
            request.setHeader("Authorization", "Bearer " + token);
        }
        if (headers != null) {
            headers.forEach(request::setHeader);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The lines of an answer as they come. Closing the stream breaks the connection. */
    Stream<String> lines(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        headers.forEach(request::setHeader);
        try {
            return http.send(request.build(), BodyHandlers.ofLines()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonNode get(String path) {
        return answer(exchange("GET", path, null, null));
    }

    JsonNode post(String path, Object body) {
        return answer(exchange("POST", path, body, null));
    }

    JsonNode put(String path, Object body) {
        return answer(exchange("PUT", path, body, null));
    }

    private static JsonNode answer(HttpResponse<String> response) {
        if (response.statusCode() >= 300) {
            throw new AssertionError(
                    response.request() + " answered " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /** Uploads the examples and answers the bundle's hash. */
    String uploadExamples() {
        try {
            HttpResponse<String> response = exchange(
                    "POST",
                    "/api/v1/bundles",
                    Files.readAllBytes(examplesJar()),
                    Map.of("Content-Type", "application/java-archive"));
            return answer(response).get("sha256").asString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deploys one of the examples' environments under another reuse policy (null = none), and answers its version. */
    String deployExample(String environment, Map<String, Object> reuse) {
        return deployExample(environment, reuse, Map.of());
    }

    /** As {@link #deployExample(String, Map)}, with environment variables: another value is another version. */
    String deployExample(String environment, Map<String, Object> reuse, Map<String, String> env) {
        Map<String, Object> spec = new TreeMap<>(Map.of(
                "image",
                "process:java",
                "bundle",
                uploadExamples(),
                "resources",
                Map.of("cpu", "1", "memory", "256Mi"),
                "env",
                env));
        if (reuse != null) {
            spec.put("reuse", reuse);
        }
        return put("/api/v1/environments/" + environment, spec).get("version").asString();
    }

    /** Starts a run for each input, in one request, and answers their names. */
    List<String> submitAll(String environment, String task, List<?> inputs) {
        List<String> names = new ArrayList<>();
        post("/api/v1/runs:batch", Map.of("environment", environment, "task", task, "inputs", inputs))
                .get("names")
                .forEach(name -> names.add(name.asString()));
        return names;
    }

    /** Replicas of an environment that take work now. */
    long ready(String environment) {
        return replicas(environment).stream()
                .filter(replica -> replica.get("phase").asString().equals("READY"))
                .count();
    }

    /** All replicas that an environment ever had, newest first. */
    List<JsonNode> everyReplica(String environment) {
        List<JsonNode> replicas = new ArrayList<>();
        get("/api/v1/environments/" + environment + "/replicas?all=true&limit=200")
                .get("items")
                .forEach(replicas::add);
        return replicas;
    }

    /** Starts a run and answers its name. */
    String submit(String environment, String task, Object input) {
        return post("/api/v1/runs", Map.of("environment", environment, "task", task, "input", input))
                .get("name")
                .asString();
    }

    /** Waits for the end of a run and answers it; fails when it did not succeed. */
    JsonNode succeeded(String run) {
        await("run " + run + " ends")
                .atMost(Duration.ofMinutes(3))
                .until(() -> get("/api/v1/runs/" + run + "?wait=30s").hasNonNull("endedAt"));
        JsonNode view = get("/api/v1/runs/" + run);
        if (!view.get("phase").asString().equals("SUCCEEDED")) {
            throw new AssertionError(view.toPrettyString());
        }
        return view;
    }

    /** All actions of a run, page after page. */
    List<JsonNode> actions(String run) {
        List<JsonNode> actions = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = get("/api/v1/runs/" + run + "/actions?limit=500" + cursor);
            page.get("items").forEach(actions::add);
            if (!page.hasNonNull("nextCursor")) {
                return actions;
            }
            cursor = "&cursor=" + page.get("nextCursor").asString();
        }
    }

    /** Live replicas of an environment. */
    List<JsonNode> replicas(String environment) {
        List<JsonNode> replicas = new ArrayList<>();
        get("/api/v1/environments/" + environment + "/replicas").get("items").forEach(replicas::add);
        return replicas;
    }

    /** Scaling decisions of an environment, oldest first. */
    List<JsonNode> decisions(String environment) {
        List<JsonNode> decisions = new ArrayList<>();
        get("/api/v1/environments/" + environment + "/decisions?limit=200")
                .get("items")
                .forEach(decisions::add);
        return decisions.reversed();
    }

    /** Worker processes that really run below this server's data folder, counted by the kernel's word. */
    long workerProcesses() {
        return leftovers().count();
    }

    private Stream<ProcessHandle> leftovers() {
        String folder = home.resolve("replicas").toString();
        return ProcessHandle.allProcesses()
                .filter(handle -> workingFolder(handle).startsWith(folder));
    }

    private static String workingFolder(ProcessHandle handle) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(handle.pid()), "cwd"))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static Path serverJar() {
        return built(Path.of("target"), "control-plane-");
    }

    private static Path examplesJar() {
        return built(Path.of("..", "examples", "target"), "examples-");
    }

    private static Path built(Path folder, String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.toString().contains("sources"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nothing built in " + folder.toAbsolutePath()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
