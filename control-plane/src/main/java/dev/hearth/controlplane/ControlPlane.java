package dev.hearth.controlplane;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** The server. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ControlPlane {

    public static void main(String[] args) {
        SpringApplication.run(ControlPlane.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
