package dev.hearth.controlplane.submission;

import dev.hearth.controlplane.TestDatabase.Database;
import dev.hearth.controlplane.environment.BundleDescriber;
import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.journal.Journal;
import dev.hearth.controlplane.peers.Membership;
import dev.hearth.controlplane.peers.OwnEndpoint;
import dev.hearth.controlplane.pool.Pools;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.run.RunService;
import dev.hearth.controlplane.scheduling.Dispatcher;
import dev.hearth.controlplane.security.OpenServerRefusal;
import dev.hearth.controlplane.signals.Signals;
import dev.hearth.controlplane.storage.BlobStore;
import java.nio.file.Path;
import java.time.Clock;
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

/** The half of a control plane that stores runs, without replicas. */
final class SubmissionServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private SubmissionServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Not annotated as a configuration, lest scans of other tests find it. */
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = EnvironmentCatalog.class)
    @EnableJpaRepositories(basePackageClasses = EnvironmentCatalog.class)
    @ConfigurationPropertiesScan("dev.hearth.controlplane")
    @ComponentScan(
            basePackageClasses = {
                Pickup.class,
                RunService.class,
                Journal.class,
                Dispatcher.class,
                Membership.class,
                EnvironmentCatalog.class,
                Pools.class,
                ProblemException.class,
                OpenServerRefusal.class,
                BlobStore.class,
                Signals.class
            },
            excludeFilters = @ComponentScan.Filter(type = FilterType.REGEX, pattern = ".*DeploymentHalf"))
    static class SubmissionHalf {
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

    static SubmissionServer start(Path home, Database database) {
        SpringApplication application = new SpringApplication(SubmissionHalf.class);
        application.setRegisterShutdownHook(false);
        return new SubmissionServer(application.run(
                "--server.port=0",
                "--hearth.home=" + home,
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=4"));
    }

    String address() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
