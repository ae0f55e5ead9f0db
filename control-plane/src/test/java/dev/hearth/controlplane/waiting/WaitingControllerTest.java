package dev.hearth.controlplane.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.environment.BundleDescriber;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.scaling.PoolOutlook;
import dev.hearth.controlplane.scaling.ScalingDatabase;
import dev.hearth.controlplane.security.OpenServerRefusal;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.controlplane.storage.BlobStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The answer over HTTP. */
class WaitingControllerTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ScalingDatabase db;
    private static ConfigurableApplicationContext server;

    /** Not annotated as a configuration, lest scans of other tests find it. */
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = EnvironmentCatalog.class)
    @EnableJpaRepositories(basePackageClasses = EnvironmentCatalog.class)
    @ConfigurationPropertiesScan("dev.hearth.controlplane")
    @ComponentScan(
            basePackageClasses = {
                WaitingReader.class,
                PoolOutlook.class,
                EnvironmentCatalog.class,
                Pools.class,
                ProblemException.class,
                OpenServerRefusal.class,
                BlobStore.class,
                Signals.class,
                Outages.class
            },
            excludeFilters = @ComponentScan.Filter(type = FilterType.REGEX, pattern = ".*DeploymentHalf"))
    static class WaitingHalf {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        BundleDescriber describer() {
            return jar -> List.of();
        }
    }

    @BeforeAll
    static void start(@TempDir Path home) {
        TestDatabase.Database database = TestDatabase.migrated();
        db = new ScalingDatabase(database);
        SpringApplication application = new SpringApplication(WaitingHalf.class);
        application.setRegisterShutdownHook(false);
        server = application.run(
                "--server.port=0",
                "--hearth.home=" + home,
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=4");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void saysWhyAnActionWaits() {
        long environment = db.environment("orders");
        db.execute("UPDATE environment SET state = 'PAUSED' WHERE id = " + environment);
        db.queue(db.pool(environment, 0, 1), "r1");

        HttpResponse<String> response = get("/api/v1/runs/r1/actions/a0/waiting");
        JsonNode body = JSON.readTree(response.body());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body.get("waiting").booleanValue()).isTrue();
        assertThat(body.get("cause").stringValue()).isEqualTo("ENVIRONMENT_PAUSED");
        assertThat(body.get("message").stringValue()).contains("Environment orders is paused");
        assertThat(body.get("since").stringValue()).endsWith("Z");
        assertThat(body.has("until")).isFalse();
        assertThat(body.at("/details/environment").stringValue()).isEqualTo("orders");
    }

    @Test
    void anUnknownRunOrActionIsNotFound() {
        db.run("known", db.version(db.environment("known"), "v1", "ACTIVE", null));
        assertThat(problem("/api/v1/runs/nowhere/actions/a0/waiting")).isEqualTo("There is no run named 'nowhere'.");
        assertThat(problem("/api/v1/runs/known/actions/a9/waiting")).isEqualTo("There is no action named 'a9'.");
    }

    private static String problem(String path) {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).isEqualTo(404);
        return JSON.readTree(response.body()).get("detail").stringValue();
    }

    private static HttpResponse<String> get(String path) {
        String port = server.getEnvironment().getProperty("local.server.port");
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
