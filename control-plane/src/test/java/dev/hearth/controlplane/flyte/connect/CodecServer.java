package dev.hearth.controlplane.flyte.connect;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The codec alone behind the filters of the server, with {@link PlayedServices}: real HTTP, no database. */
final class CodecServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private CodecServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Not annotated as a configuration, lest scans of other tests find it. */
    @EnableAutoConfiguration(
            exclude = {
                DataSourceAutoConfiguration.class,
                HibernateJpaAutoConfiguration.class,
                FlywayAutoConfiguration.class
            })
    @ConfigurationPropertiesScan({"dev.hearth.controlplane.problem", "dev.hearth.controlplane.security"})
    @ComponentScan({
        "dev.hearth.controlplane.flyte.connect",
        "dev.hearth.controlplane.problem",
        "dev.hearth.controlplane.security"
    })
    static class CodecHalf {
        /** The token filter has it for the code of replicas, which nobody fetches here. */
        @Bean
        JdbcClient unusedDatabase() {
            return JdbcClient.create(new DriverManagerDataSource());
        }

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        PlayedServices played() {
            return new PlayedServices();
        }

        @Bean
        ConnectService images(PlayedServices played) {
            return played.images();
        }

        @Bean
        ConnectService logs(PlayedServices played) {
            return played.logs();
        }
    }

    static CodecServer start(String... settings) {
        SpringApplication application = new SpringApplication(CodecHalf.class);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                // The readiness of the server asks for what is not here.
                "--management.endpoint.health.validate-group-membership=false"));
        arguments.addAll(List.of(settings));
        return new CodecServer(application.run(arguments.toArray(String[]::new)));
    }

    int port() {
        return Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
    }

    PlayedServices played() {
        return context.getBean(PlayedServices.class);
    }

    int openStreams() {
        return context.getBean(OpenStreams.class).count();
    }

    @Override
    public void close() {
        context.close();
    }
}
