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

    /**
     * A virtual thread that waits for a class that another one loads keeps its carrier. If all did, the one that loads could not go on.
     * On two cores two pages that nobody has looked at before are enough.
     */
    private static final int LEAST_CARRIERS = 8;

    public static void main(String[] args) {
        String carriers = "jdk.virtualThreadScheduler.parallelism";
        if (System.getProperty(carriers) == null) {
            System.setProperty(
                    carriers,
                    Integer.toString(
                            Math.max(LEAST_CARRIERS, Runtime.getRuntime().availableProcessors())));
        }
        SpringApplication.run(ControlPlane.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
