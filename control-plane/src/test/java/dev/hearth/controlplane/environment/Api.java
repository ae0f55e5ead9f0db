package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.security.OpenServerRefusal;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.controlplane.storage.BlobStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The deployment half of the server, running with a real database, called over real HTTP. */
public final class Api implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    /** Jars in these tests say what they declare in their one entry's name, comma-separated. */
    @Configuration
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = EnvironmentCatalog.class)
    @EnableJpaRepositories(basePackageClasses = EnvironmentCatalog.class)
    @ConfigurationPropertiesScan(
            basePackageClasses = {
                EnvironmentCatalog.class,
                Pools.class,
                ProblemException.class,
                OpenServerRefusal.class,
                BlobStore.class
            })
    @ComponentScan(
            basePackageClasses = {
                EnvironmentCatalog.class,
                Pools.class,
                ProblemException.class,
                OpenServerRefusal.class,
                BlobStore.class,
                Signals.class,
                Outages.class
            },
            basePackages = "dev.hearth.controlplane.openapi")
    static class DeploymentHalf {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        BundleDescriber describer() {
            return jar -> {
                try (var file = new ZipFile(jar.toFile())) {
                    String names = file.entries().nextElement().getName();
                    if (names.startsWith("broken")) {
                        throw new BundleRefusedException("The class Broken cannot be loaded.");
                    }
                    return Arrays.stream(names.split(",")).map(Api::declared).toList();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
        }
    }

    /** An answer: its status and its JSON. */
    public record Answer(int status, JsonNode body, HttpResponse<byte[]> response) {
        /** The faulty fields of a problem. */
        public List<String> fields() {
            return body.path("errors")
                    .valueStream()
                    .map(error -> error.get("field").stringValue())
                    .toList();
        }
    }

    private final ConfigurableApplicationContext context;
    private final URI root;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Api(ConfigurableApplicationContext context) {
        this.context = context;
        this.root = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
    }

    public static Api start(String... settings) {
        TestDatabase.Database database = TestDatabase.fresh();
        try {
            Path home = Files.createTempDirectory("hearth-api");
            SpringApplication application = new SpringApplication(DeploymentHalf.class);
            application.setRegisterShutdownHook(false);
            List<String> arguments = new ArrayList<>(List.of(
                    "--server.port=0",
                    "--hearth.home=" + home,
                    "--spring.datasource.url=" + database.url(),
                    "--spring.datasource.username=" + database.user(),
                    "--spring.datasource.password=" + database.password(),
                    "--spring.datasource.hikari.maximum-pool-size=8"));
            arguments.addAll(List.of(settings));
            return new Api(application.run(arguments.toArray(String[]::new)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public int port() {
        return root.getPort();
    }

    /** Uploads a jar that declares these environments, each with the tasks {@code noop} and {@code fan_out}; answers its SHA-256. */
    public String bundle(String... environments) {
        return upload(jar(String.join(",", environments))).body().get("sha256").stringValue();
    }

    public Answer upload(byte[] jar) {
        return call(
                "POST", "/api/v1/bundles", BodyPublishers.ofByteArray(jar), "Content-Type", "application/java-archive");
    }

    public Answer put(String path, String json) {
        return call("PUT", path, BodyPublishers.ofString(json), "Content-Type", "application/json");
    }

    public Answer get(String path, String... headers) {
        return call("GET", path, BodyPublishers.noBody(), headers);
    }

    public Answer call(String method, String path, BodyPublisher body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(root + path)).method(method, body);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            String type = response.headers().firstValue("Content-Type").orElse("");
            JsonNode json = type.contains("json") ? JSON.readTree(response.body()) : JSON.nullNode();
            return new Answer(response.statusCode(), json, response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static byte[] jar(String entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
            ZipEntry only = new ZipEntry(entry);
            only.setTime(0);
            jar.putNextEntry(only);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static DeclaredEnvironment declared(String name) {
        Map<String, Object> schema = Map.of(
                "type",
                "object",
                "properties",
                Map.of("n", Map.of("type", "integer", "minimum", 1)),
                "required",
                List.of("n"));
        return new DeclaredEnvironment(
                name,
                EnvironmentSpec.of(EnvironmentSpec.PROCESS_JAVA),
                List.of(new DeclaredTask("noop", null, null, null), new DeclaredTask("fan_out", schema, null, null)));
    }

    @Override
    public void close() {
        context.close();
    }
}
