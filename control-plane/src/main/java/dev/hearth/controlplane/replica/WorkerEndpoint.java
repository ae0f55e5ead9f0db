package dev.hearth.controlplane.replica;

import dev.hearth.controlplane.peers.OwnEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Where this server listens for replicas: the same interface as HTTP, a port of its own.
 *
 * @param advertised where replicas on other machines reach it, if that is not where it listens; empty = the address to which it
 *     is bound, or this machine's if it is bound to all
 */
@Component
record WorkerEndpoint(
        @Value("${server.address:127.0.0.1}") String host,
        @Value("${hearth.worker.advertised:}") String advertised,
        WorkerPort workerPort)
        implements OwnEndpoint {
    InetSocketAddress bind() {
        return new InetSocketAddress(host, workerPort.port());
    }

    @Override
    public String hostAndPort() {
        if (!advertised.isEmpty()) {
            return advertised;
        }
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
        return (everywhere ? machine() : host) + ":" + workerPort.port();
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException e) {
            // Good enough for replicas of this machine; for others there is the setting.
            return "127.0.0.1";
        }
    }
}
