package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.peers.Membership;
import dev.hearth.controlplane.peers.OwnEndpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;

/** Where processes of this machine reach this server. The HTTP port is known only once the server listens. */
record Addresses(Environment environment, OwnEndpoint own, Membership membership) {
    /** Where replicas connect: here, and to the other control planes when this one is gone. */
    String workerEndpoints() {
        return Stream.concat(Stream.of(own.hostAndPort()), membership.otherEndpoints().stream())
                .distinct()
                .collect(Collectors.joining(","));
    }

    String bundlesEndpoint() {
        String port = environment.getProperty("local.server.port", environment.getProperty("server.port", "8080"));
        return "http://" + host() + ":" + port;
    }

    /** Name of this machine, for people. */
    String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private String host() {
        String bound = environment.getProperty("server.address", "127.0.0.1");
        return bound.equals("0.0.0.0") || bound.equals("::") ? "127.0.0.1" : bound;
    }
}
