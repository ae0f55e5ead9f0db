package dev.hearth.sdk;

import dev.hearth.api.BundleView;
import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.Deployment;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.Overrides;
import dev.hearth.api.RawJson;
import dev.hearth.api.RunView;
import dev.hearth.api.SubmittedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Hearth server. Thread-safe; close it when the program needs it no more.
 *
 * <pre>{@code
 * try (Hearth hearth = Hearth.connect()) {
 *     Run<Integer> run = hearth.run(SQUARE, 7);
 *     System.out.println(run.url() + " " + run.await());
 * }
 * }</pre>
 */
public final class Hearth implements AutoCloseable {
    /** Where a server listens unless told otherwise. */
    public static final String DEFAULT_ENDPOINT = "http://127.0.0.1:8080";

    private final Rest rest;
    private final Set<Environment> deployed = ConcurrentHashMap.newKeySet();

    private Hearth(Rest rest) {
        this.rest = rest;
    }

    /** Connects to {@code HEARTH_ENDPOINT} (default {@value #DEFAULT_ENDPOINT}) with {@code HEARTH_TOKEN}, if set. */
    public static Hearth connect() {
        return connect(System.getenv().getOrDefault("HEARTH_ENDPOINT", DEFAULT_ENDPOINT));
    }

    /** Connects to an address such as {@code http://127.0.0.1:8080}, with {@code HEARTH_TOKEN}, if set. */
    public static Hearth connect(String endpoint) {
        return connect(endpoint, System.getenv("HEARTH_TOKEN"));
    }

    /** Connects with a token; null = none. */
    public static Hearth connect(String endpoint, @Nullable String token) {
        return new Hearth(new Rest(endpoint, token));
    }

    /** Deploys an environment with the code around it: the jar or the class folder of the class that declares it. */
    public Deployment deploy(Environment environment) {
        BundleView bundle = upload(Bundle.of(environment.declaredIn()));
        Deployment deployment = put(environment.name(), environment.spec(), bundle.sha256());
        deployed.add(environment);
        return deployment;
    }

    /** Deploys every environment that a jar declares. */
    public List<Deployment> deploy(Path jar) {
        try {
            BundleView bundle = upload(Files.readAllBytes(jar));
            return bundle.environments().stream()
                    .map((DeclaredEnvironment declared) -> put(declared.name(), declared.spec(), bundle.sha256()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
    }

    private BundleView upload(byte[] jar) {
        return rest.upload("/api/v1/bundles", jar, "application/java-archive", BundleView.class);
    }

    private Deployment put(String name, EnvironmentSpec spec, String bundle) {
        EnvironmentSpec complete = spec.withBundle(bundle);
        return rest.send("PUT", "/api/v1/environments/" + encoded(name), complete, Deployment.class);
    }

    /** Starts a run of a task that this program declares; its environment is deployed first, once per connection. */
    public <I extends @Nullable Object, O> Run<O> run(Task<I, O> task, I input) {
        return run(task, input, null);
    }

    /**
     * As {@link #run(Task, Object)}, once for each key: the same key again answers the run that has it, whatever has become of it.
     *
     * @param idempotencyKey 1 to 200 characters, of the project; null = none
     * @throws HearthException with status 409 if the key belongs to a run of another environment, task, input or other overrides
     */
    public <I extends @Nullable Object, O> Run<O> run(Task<I, O> task, I input, @Nullable String idempotencyKey) {
        if (!deployed.contains(task.environment())) {
            deploy(task.environment());
        }
        return submit(
                task.environment().name(), task.name(), input, task.overrides(), idempotencyKey, task.outputType());
    }

    /**
     * Starts a run and waits for its output, with one request where {@link #run(Task, Object)} and {@link Run#await} take two.
     *
     * @throws TaskFailed if it failed or was cancelled
     */
    public <I extends @Nullable Object, O> O call(Task<I, O> task, I input) {
        if (!deployed.contains(task.environment())) {
            deploy(task.environment());
        }
        RunView view = rest.send(
                "POST",
                "/api/v1/runs" + Run.LONG_POLL,
                body(task.environment().name(), task.name(), input, task.overrides()),
                RunView.class);
        return new Run<O>(rest, view.name(), view.url(), task.outputType()).outputs(view, task.outputType());
    }

    /** Starts a run of a deployed task by name. */
    public Run<Object> run(String environment, String task, @Nullable Object input) {
        return run(environment, task, input, null);
    }

    /** As {@link #run(Task, Object, String)}, by name. */
    public Run<Object> run(String environment, String task, @Nullable Object input, @Nullable String idempotencyKey) {
        return submit(environment, task, input, null, idempotencyKey, Object.class);
    }

    private <O> Run<O> submit(
            String environment,
            String task,
            @Nullable Object input,
            @Nullable Overrides overrides,
            @Nullable String idempotencyKey,
            Type output) {
        Map<String, Object> body = body(environment, task, input, overrides);
        if (idempotencyKey != null) {
            body.put("idempotencyKey", idempotencyKey);
        }
        SubmittedRun submitted = rest.send("POST", "/api/v1/runs", body, SubmittedRun.class);
        return new Run<>(rest, submitted.name(), submitted.url(), output);
    }

    private static Map<String, Object> body(
            String environment, String task, @Nullable Object input, @Nullable Overrides overrides) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("environment", environment);
        body.put("task", task);
        if (input != null) {
            // As everywhere: within a map Jackson would leave out which class of several it is.
            body.put("input", RawJson.of(new String(Json.write(input), StandardCharsets.UTF_8)));
        }
        if (overrides != null) {
            body.put("overrides", overrides);
        }
        return body;
    }

    /** A run that was started before, here or elsewhere. */
    public Run<Object> find(String name) {
        RunView run = rest.get("/api/v1/runs/" + encoded(name), RunView.class);
        return new Run<>(rest, run.name(), run.url(), Object.class);
    }

    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        rest.close();
    }
}
