package dev.hearth.worker;

import com.sun.net.httpserver.HttpServer;
import dev.hearth.wire.WorkerFrame;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A replica as it is started for users: a process of its own, which fetches its bundle. */
record ReplicaProcess(FakeControlPlane controlPlane, HttpServer bundles, Process process) implements AutoCloseable {

    static ReplicaProcess of(Path jar, Path home) throws Exception {
        byte[] bytes = Files.readAllBytes(jar);
        HttpServer bundles = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        bundles.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        bundles.start();
        FakeControlPlane controlPlane = new FakeControlPlane();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        withoutTests(System.getProperty("java.class.path")),
                        WorkerService.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output.txt").toFile());
        builder.environment()
                .putAll(Map.of(
                        "HEARTH_REPLICA_ID",
                        "7",
                        "HEARTH_JOIN_TOKEN",
                        "token",
                        "HEARTH_WORKER_ENDPOINT",
                        controlPlane.endpoint(),
                        "HEARTH_BUNDLES_ENDPOINT",
                        "http://127.0.0.1:" + bundles.getAddress().getPort(),
                        "HEARTH_BUNDLE",
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)),
                        "HEARTH_SLOTS",
                        "4",
                        "HEARTH_WORKER_HOME",
                        home.toString()));
        ReplicaProcess replica = new ReplicaProcess(controlPlane, bundles, builder.start());
        controlPlane.await(WorkerFrame::hasHello);
        controlPlane.welcome();
        return replica;
    }

    /** Spring would find the configurations of tests. */
    private static String withoutTests(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .filter(entry -> !Files.exists(Path.of(entry, "dev/hearth/worker/FakeControlPlane.class")))
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        bundles.stop(0);
        controlPlane.close();
    }
}
