package dev.hearth.controlplane.replica;

import java.net.InetSocketAddress;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Where this server listens for replicas: the same interface as HTTP, a port of its own. */
@Component
record WorkerEndpoint(@Value("${server.address:127.0.0.1}") String host, WorkerPort workerPort) {
    InetSocketAddress bind() {
        return new InetSocketAddress(host, workerPort.port());
    }
}
