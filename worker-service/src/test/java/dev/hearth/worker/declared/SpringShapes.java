package dev.hearth.worker.declared;

import dev.hearth.sdk.Environment;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An environment as a bean, whose task uses another bean. */
@Configuration
public class SpringShapes {
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Environment environment(Clock clock) {
        Environment shapes = Environment.named("spring-shapes");
        shapes.task("now", Long.class, clock::millis);
        return shapes;
    }
}
