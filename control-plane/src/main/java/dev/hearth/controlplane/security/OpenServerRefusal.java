package dev.hearth.controlplane.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/** Refuses, before anything starts, to listen to the network without a token. */
public final class OpenServerRefusal implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        check(event.getEnvironment());
    }

    static void check(Environment environment) {
        String address = environment.getProperty("server.address");
        String token = environment.getProperty("hearth.security.token", "");
        if (token.isBlank() && !isLoopback(address)) {
            throw new OpenServerException(address == null || address.isBlank() ? "every address" : address);
        }
    }

    /** No address means all of them. */
    private static boolean isLoopback(@Nullable String address) {
        try {
            return address != null
                    && !address.isBlank()
                    && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException notAnAddress) {
            return false;
        }
    }
}
