package dev.hearth.controlplane.admin;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Says where the pages and the REST interface are, once they answer. */
@Component
final class ReadyLine {
    private static final Logger log = LoggerFactory.getLogger(ReadyLine.class);

    private final Environment settings;

    ReadyLine(Environment settings) {
        this.settings = settings;
    }

    @EventListener(ApplicationReadyEvent.class)
    void ready() {
        log.info("Hearth is ready: {}", place(settings));
    }

    static String place(Environment settings) {
        String bound = settings.getProperty("server.address", "");
        String port = settings.getProperty("local.server.port", "");
        InetAddress address = address(bound);
        if (bound.isEmpty() || address.isAnyLocalAddress()) {
            return "http://127.0.0.1:" + port + ", and at every other address of this machine";
        }
        return "http://" + (address instanceof Inet6Address ? "[" + bound + "]" : bound) + ":" + port;
    }

    private static InetAddress address(String bound) {
        try {
            return InetAddress.getByName(bound);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the server listens on " + bound + ", so it is an address", e);
        }
    }
}
