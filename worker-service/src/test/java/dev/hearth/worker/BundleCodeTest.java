package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching code from a control plane that is just being started again. */
class BundleCodeTest {
    private static final byte[] JAR = "the bytes of a jar".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path home;

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aServerThatIsGoneOrBreaksOffIsAskedAgainAndAnOlderJarDoesNotShineThrough() throws Exception {
        Files.write(
                home.resolve("bundle.jar"),
                "a jar that is longer than the new one, and of another start".getBytes(StandardCharsets.UTF_8));
        answers(exchange -> {
            switch (requests.incrementAndGet()) {
                case 1 -> exchange.close();
                case 2 -> exchange.sendResponseHeaders(503, -1);
                case 3 -> {
                    exchange.sendResponseHeaders(200, JAR.length);
                    exchange.getResponseBody().write(JAR, 0, 3);
                }
                case 4 -> send(exchange, 200, "another".getBytes(StandardCharsets.UTF_8));
                default -> send(exchange, 200, JAR);
            }
        });

        BundleCode code = BundleCode.fetch(settings());

        assertThat(code.jar()).isEqualTo(home.resolve("bundle.jar")).hasBinaryContent(JAR);
        assertThat(requests).hasValue(5);
        try (var files = Files.list(home)) {
            assertThat(files).containsExactly(code.jar());
        }
    }

    @Test
    void aServerThatRefusesIsNotAskedAgain() {
        answers(exchange -> {
            requests.incrementAndGet();
            send(exchange, 404, "no such bundle".getBytes(StandardCharsets.UTF_8));
        });

        assertThatThrownBy(() -> BundleCode.fetch(settings())).hasMessageEndingWith("answered 404 no such bundle");
        assertThat(requests).hasValue(1);
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void answers(Answer answer) {
        server.createContext("/", exchange -> {
            try (exchange) {
                answer.to(exchange);
            }
        });
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private WorkerSettings settings() throws Exception {
        return new WorkerSettings(
                1,
                "secret",
                "127.0.0.1:1",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(JAR)),
                1,
                home,
                Duration.ofMinutes(5),
                Duration.ofSeconds(25),
                false);
    }
}
