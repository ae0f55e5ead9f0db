package dev.hearth.controlplane.flyte.connect;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** Routes every path that looks like a call of the Flyte API to its handler, whether there is such a method or not. */
@Configuration(proxyBeanMethods = false)
class ConnectMapping {
    /** Before controllers and static files. */
    private static final int FIRST = -1;

    @Bean
    SimpleUrlHandlerMapping connectCalls(ConnectHandler handler) {
        return new SimpleUrlHandlerMapping(Map.of("/{service:flyteidl2\\..*}/**", handler), FIRST);
    }
}
