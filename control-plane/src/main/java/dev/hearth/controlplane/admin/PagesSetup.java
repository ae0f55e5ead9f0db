package dev.hearth.controlplane.admin;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;

/** Tells the templates which version of htmx is on the class path, so that its address changes with it. */
@Configuration
class PagesSetup {
    @Bean
    String htmxVersion() throws IOException {
        Properties properties = new Properties();
        try (InputStream in =
                new ClassPathResource("META-INF/maven/org.webjars.npm/htmx.org/pom.properties").getInputStream()) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }
}
