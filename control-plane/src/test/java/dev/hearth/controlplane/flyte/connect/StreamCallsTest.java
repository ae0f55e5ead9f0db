package dev.hearth.controlplane.flyte.connect;

import static dev.hearth.controlplane.flyte.connect.ConnectClient.PROTO;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.STREAM;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.STREAM_JSON;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.framed;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.gunzip;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.gzip;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.json;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.parsed;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.tail;
import static dev.hearth.controlplane.flyte.connect.PlayedServices.TAIL_LOGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.flyte.connect.ConnectClient.Answer;
import dev.hearth.controlplane.flyte.connect.ConnectClient.Frame;
import dev.hearth.controlplane.flyte.connect.ConnectClient.OpenStream;
import flyteidl2.dataproxy.TailLogsResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamCallsTest {
    private CodecServer server;
    private ConnectClient client;

    @BeforeEach
    void start() {
        server = CodecServer.start();
        client = new ConnectClient(server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void areFramesInOrderAndALastOne() {
        try (OpenStream stream = client.open(TAIL_LOGS, STREAM, framed(tail("count 3")))) {
            assertThat(stream.response().statusCode()).isEqualTo(200);
            assertThat(stream.response().headers().firstValue("Content-Type")).hasValue(STREAM);
            for (int i = 0; i < 3; i++) {
                assertThat(stream.next().line()).isEqualTo("line " + i);
            }
            assertThat(stream.next())
                    .satisfies(last -> assertThat(last.end()).isTrue())
                    .satisfies(last -> assertThat(last.content()).asString().isEqualTo("{}"));
            assertThat(stream.isAtItsEnd()).isTrue();
        }
    }

    @Test
    void speakJsonToThoseWhoDo() {
        try (OpenStream stream = client.open(TAIL_LOGS, STREAM_JSON, framed(0, json(tail("count 1"))))) {
            assertThat(stream.response().headers().firstValue("Content-Type")).hasValue(STREAM_JSON);
            assertThat(stream.next().content())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("{\"logs\":[{\"lines\":[{\"message\":\"line 0\"}]}]}");
            assertThat(stream.next().end()).isTrue();
        }
    }

    @Test
    void takePackedRequestsAndPackWhatIsWorthIt() {
        byte[] request = framed(1, gzip(tail("large 9000").toByteArray()));
        try (OpenStream stream = client.open(
                TAIL_LOGS, STREAM, request, "Connect-Content-Encoding", "gzip", "Connect-Accept-Encoding", "gzip")) {
            assertThat(stream.response().headers().firstValue("Connect-Content-Encoding"))
                    .hasValue("gzip");
            Frame frame = stream.next();
            assertThat(frame.packed()).isTrue();
            assertThat(parsed(TailLogsResponse.parser(), gunzip(frame.content())))
                    .isEqualTo(PlayedServices.line("x".repeat(9000)));
            assertThat(stream.next().end()).isTrue();
        }
        try (OpenStream stream =
                client.open(TAIL_LOGS, STREAM, framed(tail("count 1")), "Connect-Accept-Encoding", "gzip")) {
            assertThat(stream.next().packed()).isFalse();
        }
    }

    @Test
    void deliverAtOnceWhatIsSent() {
        try (OpenStream stream = client.open(TAIL_LOGS, STREAM, framed(tail("follow")))) {
            assertThat(stream.next().line()).isEqualTo("following");
            for (String line : new String[] {"one", "two", "three"}) {
                server.played().say(line);
                assertThat(stream.next().line()).isEqualTo(line);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "connect, aborted",
        "missing, not_found",
        "busy, unavailable",
        "bug, internal",
    })
    void tellTheirFailureInTheLastFrameBehindWhatWasSent(String failure, String code) {
        try (OpenStream stream = client.open(TAIL_LOGS, STREAM, framed(tail(failure)))) {
            assertThat(stream.next().line()).isEqualTo("before");
            Frame last = stream.next();
            assertThat(last.end()).isTrue();
            assertThat(last.code()).isEqualTo(code);
            assertThat(last.error().path("message").asString()).isNotBlank().doesNotContain("secret");
            assertThat(stream.isAtItsEnd()).isTrue();
        }
    }

    @Test
    void endWhenTheirDeadlinePasses() throws InterruptedException {
        try (OpenStream stream = client.open(TAIL_LOGS, STREAM, framed(tail("follow")), "Connect-Timeout-Ms", "1000")) {
            assertThat(stream.next().line()).isEqualTo("following");
            assertThat(stream.next().code()).isEqualTo("deadline_exceeded");
        }
        assertThat(server.played().gone.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
    }

    @Test
    void whoseClientHasGoneEndWhenSomethingIsSent() {
        PlayedServices played = server.played();
        OpenStream stream = client.open(TAIL_LOGS, STREAM, framed(tail("follow")));
        assertThat(stream.next().line()).isEqualTo("following");
        assertThat(server.openStreams()).isEqualTo(1);
        stream.close();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            played.say("anybody?");
            return server.openStreams() == 0;
        });
        assertThat(played.gone).containsExactly("client gone");
    }

    @Test
    void areUnavailableAtOnceWhenTheServerStops() throws InterruptedException {
        PlayedServices played = server.played();
        try (OpenStream one = client.open(TAIL_LOGS, STREAM, framed(tail("follow")));
                OpenStream two = client.open(TAIL_LOGS, STREAM, framed(tail("follow")))) {
            one.next();
            two.next();
            long before = System.nanoTime();
            Thread stopping = Thread.ofVirtual().start(server::close);
            assertThat(one.next().code()).isEqualTo("unavailable");
            assertThat(two.next().code()).isEqualTo("unavailable");
            stopping.join();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        }
        assertThat(played.gone).containsExactly("closed", "closed");
    }

    @Test
    void requestsThatAreNotOneFrameAreRefused() {
        byte[] message = tail("count 1").toByteArray();
        byte[] good = framed(0, message);
        for (byte[] body : new byte[][] {
            {},
            {0, 0, 0},
            Arrays.copyOf(good, good.length - 1),
            ByteBuffer.allocate(good.length * 2).put(good).put(good).array(),
            ByteBuffer.allocate(9).put((byte) 0).putInt(-1).array(),
            ByteBuffer.allocate(9).put((byte) 0).putInt(RequestBody.MOST + 1).array(),
            framed(1, gzip(message)),
            framed(2, message),
            framed(0x80, message),
            framed(0, new byte[] {0x0a, 0x7f}),
        }) {
            assertRefused(client.call(TAIL_LOGS, STREAM, body), "invalid_argument");
        }
        assertRefused(
                client.call(TAIL_LOGS, STREAM, framed(1, message), "Connect-Content-Encoding", "gzip"),
                "invalid_argument");
        assertRefused(
                client.call(
                        TAIL_LOGS, STREAM, framed(1, gzip(new byte[100 << 20])), "Connect-Content-Encoding", "gzip"),
                "invalid_argument");
        assertRefused(client.call(TAIL_LOGS, STREAM, good, "Connect-Content-Encoding", "zstd"), "unimplemented");
        assertRefused(client.call(TAIL_LOGS, STREAM, good, "Connect-Timeout-Ms", "x"), "invalid_argument");
        assertRefused(client.call(TAIL_LOGS, STREAM, good, "Connect-Timeout-Ms", "0"), "deadline_exceeded");
        assertRefused(client.call(TAIL_LOGS, STREAM, good, "Connect-Protocol-Version", "3"), "invalid_argument");
    }

    @Test
    void thatAreNotServedSayItInTheLastFrame() {
        assertRefused(
                client.call("flyteidl2.workflow.RunService/WatchRuns", STREAM, framed(tail(""))), "unimplemented");
        assertRefused(client.call("flyteidl2.no.Service/Where", STREAM_JSON, framed(tail(""))), "unimplemented");
    }

    @Test
    void areNoUnaryCalls() {
        Answer answer = client.call(TAIL_LOGS, PROTO, tail("count 1").toByteArray());
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.message()).contains("application/connect+proto");
    }

    private static void assertRefused(Answer answer, String code) {
        assertThat(answer.status()).isEqualTo(200);
        Frame frame = ConnectClient.firstFrame(answer.body());
        assertThat(frame.end()).isTrue();
        assertThat(frame.code()).isEqualTo(code);
        assertThat(frame.error().path("message").asString()).isNotBlank();
    }
}
