package dev.hearth.controlplane;

import dev.hearth.controlplane.TestDatabase.Database;
import dev.hearth.controlplane.environment.BundleDescriber;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.peers.OwnEndpoint;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

/** A control plane without replicas: what stores runs and shows them, over real HTTP on a real database. */
public final class EngineServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private EngineServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Not annotated as a configuration, lest scans of other tests find it. */
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = EnvironmentCatalog.class)
    @EnableJpaRepositories(basePackageClasses = EnvironmentCatalog.class)
    @ConfigurationPropertiesScan("dev.hearth.controlplane")
    @ComponentScan(
            basePackages = {
                "dev.hearth.controlplane.admin",
                "dev.hearth.controlplane.database",
                "dev.hearth.controlplane.environment",
                "dev.hearth.controlplane.health",
                "dev.hearth.controlplane.journal",
                "dev.hearth.controlplane.openapi",
                "dev.hearth.controlplane.outage",
                "dev.hearth.controlplane.peers",
                "dev.hearth.controlplane.pool",
                "dev.hearth.controlplane.problem",
                "dev.hearth.controlplane.run",
                "dev.hearth.controlplane.scheduling",
                "dev.hearth.controlplane.security",
                "dev.hearth.controlplane.signals",
                "dev.hearth.controlplane.storage",
                "dev.hearth.controlplane.submission"
            },
            excludeFilters = @ComponentScan.Filter(type = FilterType.REGEX, pattern = ".*DeploymentHalf"))
    static class EngineHalf {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        BundleDescriber describer() {
            return jar -> List.of();
        }

        @Bean
        OwnEndpoint endpoint() {
            return () -> "127.0.0.1:1";
        }
    }

    public static EngineServer start(Path home, Database database, String... settings) {
        SpringApplication application = new SpringApplication(EngineHalf.class);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--hearth.home=" + home,
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=4"));
        arguments.addAll(List.of(settings));
        return new EngineServer(application.run(arguments.toArray(String[]::new)));
    }

    public String address() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
